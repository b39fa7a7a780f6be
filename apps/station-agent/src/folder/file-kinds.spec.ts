import { describe, expect, it } from '@jest/globals';
import { contentTypeOf, isMessageName } from './file-kinds.js';

it.each(['a.xml', 'A.XML', 'Bệnh án.xml', 'b.json', 'a.b.xml'])('%s is a message', (name) => {
  expect(isMessageName(name)).toBe(true);
});

it.each([
  'a.xml.tmp',
  '.a.xml',
  '~$a.xml',
  'a.csv',
  'xml',
  '.xml',
  'a.xml.receipt.json',
  'a.constructor',
  'a.toString',
])('%s is none', (name) => {
  expect(isMessageName(name)).toBe(false);
});

describe('the content type', () => {
  it.each([
    ['a.xml', '\uFEFF  <GIAMDINHHS>', 'application/xml'],
    ['a.json', '<GIAMDINHHS>', 'application/xml'],
    ['a.json', '{"command": 1}', 'application/json'],
    ['a.xml', '{\n "resourceType": "Bundle"', 'application/fhir+json'],
    ['a.json', '?', 'application/json'],
    ['a.xml', '', 'application/xml'],
  ])('%s that begins %s', (name, start, expected) => {
    expect(contentTypeOf(name, Buffer.from(start))).toBe(expected);
  });

  it('is found in UTF-16 as Windows writes it', () => {
    expect(contentTypeOf('a.json', Buffer.from('\uFEFF<A>', 'utf16le'))).toBe('application/xml');
  });
});

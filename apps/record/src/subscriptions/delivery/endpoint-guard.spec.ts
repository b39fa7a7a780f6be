import { describe, expect, it } from '@jest/globals';
import { EndpointGuard } from './endpoint-guard.js';

const strict = new EndpointGuard({ networks: [], http: false });
const intranet = new EndpointGuard({ networks: ['10.20.0.0/16', '127.0.0.1/32', 'fd00:1::/32'], http: true });

describe('an endpoint', () => {
  it.each([
    'https://example.org/notify',
    'https://example.org:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('of the public Internet is accepted: %s', (endpoint) => expect(strict.accepts(endpoint)).toBe(true));

  it.each([
    'http://example.org/notify',
    'ftp://example.org/',
    'https://user:password@example.org/',
    'https://example.org/#part',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://192.168.1.1/',
    'https://172.31.255.255/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::127.0.0.1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a00:1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[fe80::1]/',
    'https://[fd12::1]/',
    'not an address',
  ])('is refused: %s', (endpoint) => expect(strict.accepts(endpoint)).toBe(false));

  it('of a network that the operator names is accepted, and no other', () => {
    expect(intranet.accepts('http://10.20.3.4/notify')).toBe(true);
    expect(intranet.accepts('http://[fd00:1::5]/notify')).toBe(true);
    expect(intranet.accepts('http://10.21.3.4/notify')).toBe(false);
    expect(intranet.accepts('http://127.0.0.2/')).toBe(false);
  });
});

describe('a name', () => {
  const resolved = (guard: EndpointGuard, name: string, all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      guard.lookup(name, { all }, (error, address) => resolve(error ?? address));
    });

  it('that leads inside is refused when it is looked up', async () => {
    expect(await resolved(strict, 'localhost', false)).toMatchObject({ name: 'AddressRefused' });
    expect(await resolved(strict, 'localhost', true)).toMatchObject({ name: 'AddressRefused' });
  });

  it('leads to the very address that was looked at', async () => {
    const local = new EndpointGuard({ networks: ['127.0.0.0/8', '::1/128'], http: true });
    expect(['127.0.0.1', '::1']).toContain(await resolved(local, 'localhost', false));
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asDuplicate, type AttemptResult, readAnswer } from './answers.js';

const digest = 'd'.repeat(64);
const receipt = (changes: object = {}) => JSON.stringify({ id: '08Z13-dddd', digest, status: 'accepted', ...changes });
const problem = (code: string, more: object = {}) =>
  JSON.stringify({ type: `urn:lien-tuyen:problem:${code}`, title: 'x', ...more });
const read = (status: number, body: string, retryAfter?: string): AttemptResult =>
  readAnswer({ status, body, ...(retryAfter !== undefined && { retryAfter }) }, digest, 0);

describe('a receipt', () => {
  it.each([
    [201, 'accepted'],
    [201, 'accepted-with-faults'],
    [200, 'duplicate'],
  ])('%s %s is the last word on the file, and kept as it came', (status, verdict) => {
    const body = receipt({ status: verdict });
    expect(read(status, body)).toEqual({ kind: 'answered', verdict, answer: body });
  });

  it.each([
    ['a login page of the network', '<html>Welcome</html>'],
    ['a receipt for other bytes', receipt({ digest: 'e'.repeat(64) })],
    ['a receipt of unknown state', receipt({ status: 'perhaps' })],
    ['nothing', ''],
    ['a list', '[]'],
  ])('is not %s', (_, body) => {
    expect(read(200, body)).toMatchObject({ kind: 'try-again', trouble: { code: 'not-our-server' } });
  });
});

describe('a refusal', () => {
  it.each([
    [400, 'bad-idempotency-key'],
    [409, 'idempotency-key-reused'],
    [413, 'too-large'],
    [415, 'unknown-format'],
    [422, 'nothing-taken'],
  ])('%s %s is final', (status, code) => {
    const body = problem(code);
    expect(read(status, body)).toEqual({ kind: 'answered', verdict: 'refused', answer: body });
  });

  it('403 with a receipt is about the message; without one it is about the token', () => {
    expect(read(403, problem('sender-is-another-facility', { receipt: {} }))).toMatchObject({ verdict: 'refused' });
    expect(read(403, problem('no-facility'))).toMatchObject({ kind: 'held', trouble: { code: 'not-permitted' } });
  });

  it('413 of a gateway is final too, and told as what it is', () => {
    expect(read(413, '<html>')).toEqual({ kind: 'answered', verdict: 'refused', answer: '{"status":413}' });
  });

  it.each([400, 401, 403, 404, 407, 415, 422, 302])('%s of somebody else is not about the file', (status) => {
    expect(read(status, '<html>')).toMatchObject({ kind: 'try-again', trouble: { code: 'not-our-server' } });
  });
});

describe('what is tried again', () => {
  it('429 and 503 when the server says so', () => {
    expect(read(429, problem('too-many-messages'), '2')).toMatchObject({ kind: 'try-again', afterMs: 2_000 });
    expect(read(503, '')).toMatchObject({ kind: 'try-again', trouble: { code: 'busy' } });
  });

  it('408 of a line that was too slow', () => {
    expect(read(408, '')).toMatchObject({ kind: 'try-again', trouble: { code: 'too-slow' } });
  });

  it('400 of a server that got half a file because the line broke', () => {
    expect(read(400, problem('cut-off'))).toMatchObject({ kind: 'try-again', trouble: { code: 'line-cut' } });
  });

  it('every other failure of the server', () => {
    for (const status of [500, 502, 504])
      expect(read(status, '')).toMatchObject({ trouble: { code: 'server-failed' } });
  });

  it('a refused token holds everything', () => {
    expect(read(401, problem('unauthorised'))).toMatchObject({ kind: 'held', trouble: { code: 'token-refused' } });
  });

  it('no answer whatever counts as taken without a receipt for these bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        const result = read(status, body);
        return result.kind !== 'answered' || result.verdict === 'refused';
      }),
    );
  });
});

it('a duplicate gets the first receipt, saying so', () => {
  expect(JSON.parse(asDuplicate(receipt()))).toMatchObject({
    id: '08Z13-dddd',
    status: 'duplicate',
    firstStatus: 'accepted',
  });
  expect(asDuplicate(asDuplicate(receipt()))).toBe(asDuplicate(receipt()));
});

import { expect, it } from '@jest/globals';
import type { BundleEntry } from '@medplum/fhirtypes';
import fastify from 'fastify';
import type { SubRequest } from '../http/sub-requests.js';
import { readEntries, type ReadLimits } from './read-entries.js';

async function answersTo(names: readonly string[], limits: ReadLimits): Promise<readonly BundleEntry[]> {
  const server = fastify();
  let underWay = 0;
  let most = 0;
  server.addHook('onRequest', async () => void (most = Math.max(most, ++underWay)));
  server.addHook('onResponse', async () => void (underWay -= 1));
  server.get('/fhir/patient', (_, reply) =>
    reply.type('application/fhir+json').send(JSON.stringify({ resourceType: 'Patient', id: 'p' })),
  );
  server.get('/fhir/silent', () => new Promise(() => undefined));
  server.get('/fhir/stream', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: 1\n\n');
  });
  server.get('/fhir/file', (_, reply) => reply.type('application/fhir+ndjson').send('{}\n{}'));
  server.get('/fhir/broken', () => {
    throw new Error('in words that nobody shall read');
  });
  const parts = names.map((name): SubRequest => ({ method: 'GET', path: `/fhir/${name}` }));
  let answers: readonly BundleEntry[] = [];
  server.addHook('preHandler', async (request) => {
    if (request.url !== '/') return;
    underWay = 0;
    most = 0;
    answers = await readEntries(request, parts, limits);
  });
  server.get('/', () => 'done');
  await server.inject('/');
  expect(most).toBeLessThanOrEqual(limits.atOnce);
  await server.close();
  return answers;
}

const roomy = { atOnce: 2, mostText: 1_000_000, withinMs: 50 };
const statuses = (answers: readonly BundleEntry[]): readonly (string | undefined)[] =>
  answers.map(({ response }) => response?.status);

it('what does not answer, or goes on for ever, harms no other entry', async () => {
  const answers = await answersTo(['silent', 'patient', 'stream', 'patient'], roomy);
  expect(statuses(answers)).toEqual(['504 Gateway Timeout', '200 OK', '504 Gateway Timeout', '200 OK']);
  expect(answers[0]?.response?.outcome).toMatchObject({ issue: [{ code: 'timeout' }] });
});

it('what is no FHIR resource is told of in its place', async () => {
  const answers = await answersTo(['file', 'broken', 'patient'], roomy);
  expect(statuses(answers)).toEqual(['406 Not Acceptable', '500 Internal Server Error', '200 OK']);
  expect(JSON.stringify(answers)).not.toContain('nobody shall read');
});

it('answers come to no more than there is room for: those left over are refused by themselves', async () => {
  const answers = await answersTo(
    Array.from({ length: 6 }, () => 'patient'),
    { ...roomy, mostText: 50 },
  );
  const refused = statuses(answers).filter((status) => status === '413 Payload Too Large').length;
  expect(statuses(answers)[0]).toBe('200 OK');
  expect(refused).toBeGreaterThanOrEqual(2);
  expect(answers.at(-1)?.response?.outcome).toMatchObject({ issue: [{ code: 'too-costly' }] });
});

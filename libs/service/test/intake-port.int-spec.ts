import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import type { Problem } from '#platform/http/problem.js';
import { IntakeInProcess } from '../src/intake/intake-in-process.js';
import { IntakeOverHttp, noIntake } from '../src/intake/intake-over-http.js';
import type { IntakeMessage, IntakePort } from '../src/intake/intake-port.js';

const message: IntakeMessage = {
  body: Buffer.from('{"resourceType":"Patient"}'),
  contentType: 'application/fhir+json',
  token: 'a.b.c',
  idempotencyKey: 'mot-lan',
  correlationId: '0190a1b2-0000-4000-8000-000000000001',
};
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const faultOf = (port: IntakePort): Promise<unknown> =>
  port.send(message).then(
    () => 'was answered',
    (error: unknown) => error,
  );
const away = { status: 503, options: { headers: { 'retry-after': expect.stringMatching(/^\d+$/) } } };

interface Came {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}
const asSent = {
  url: '/intake/messages',
  headers: {
    authorization: 'Bearer a.b.c',
    'content-type': 'application/fhir+json',
    accept: 'application/fhir+json',
    'idempotency-key': 'mot-lan',
    'x-correlation-id': message.correlationId,
  },
  body: '{"resourceType":"Patient"}',
};
const receipt = '08Z11-5f0c1e7a9b3d4c2e8f6a7b1c0d9e2f3a';

describe('both roads to intake', () => {
  const came: Came[] = [];
  const roads: Readonly<Record<string, () => Promise<IntakePort>>> = {
    'in the process': async () => {
      const server = fastify();
      server.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) =>
        done(null, body),
      );
      server.post('/intake/messages', async (request, reply) => {
        came.push({ url: request.url, headers: request.headers, body: String(request.body) });
        return reply
          .status(429)
          .headers({ location: `/intake/receipts/${receipt}`, 'retry-after': '2' })
          .send({ resourceType: 'OperationOutcome' });
      });
      return new IntakeInProcess(() => server);
    },
    'over HTTP': async () =>
      new IntakeOverHttp(
        `${await listening((request, response) => {
          let body = '';
          request.setEncoding('utf8').on('data', (text: string) => (body += text));
          request.on('end', () => {
            came.push({ url: request.url, headers: request.headers, body });
            response.writeHead(429, { location: `/intake/receipts/${receipt}`, 'retry-after': '2' });
            response.end('{"resourceType":"OperationOutcome"}');
          });
        })}/`,
      ),
  };

  it.each(Object.keys(roads))('%s bring the message as it is and the answer whatever it is', async (name) => {
    came.length = 0;
    const port = await roads[name]?.();
    expect(await port?.send(message)).toEqual({
      status: 429,
      receipt,
      retryAfter: '2',
      body: { resourceType: 'OperationOutcome' },
    });
    expect(came).toMatchObject([asSent]);
  });
});

describe('intake over HTTP', () => {
  it('is away where nothing listens, where a proxy answers in its place, and where the answer does not come', async () => {
    const gone = await listening(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await faultOf(new IntakeOverHttp(gone))).toMatchObject(away);
    const proxy = await listening((_, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    expect(await faultOf(new IntakeOverHttp(proxy))).toMatchObject(away);
    const silent = await listening(() => undefined);
    const fault = await faultOf(new IntakeOverHttp(silent, 50));
    expect(fault).toMatchObject(away);
    expect((fault as Problem).options.detail?.en).toContain('send the same again');
  });

  it('does not carry the token to wherever it is led', async () => {
    const elsewhere: unknown[] = [];
    const other = await listening((request, response) => {
      elsewhere.push(request.headers);
      response.end('{}');
    });
    const leading = await listening((_, response) => response.writeHead(307, { location: other }).end());
    expect(await faultOf(new IntakeOverHttp(leading))).toMatchObject(away);
    expect(elsewhere).toEqual([]);
  });
});

it('intake that nobody has named says so, and that nothing was received', async () => {
  expect(await faultOf(noIntake)).toMatchObject({
    ...away,
    code: 'intake-not-set',
    options: { detail: { en: expect.stringContaining('INTAKE_URL') } },
  });
});

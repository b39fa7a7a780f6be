/** A subscriber that fails in every way, before a server that is killed under load: in the end it has every event, once by number and in order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Bundle, Subscription } from '@medplum/fhirtypes';
import { type Behaviour, eventsOf, Receiver } from '#apps/record/test/subscriptions/receiver.js';
import { subscription } from '#apps/record/test/subscriptions/subscription-builder.js';
import type { FacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { startServer } from '../src/verify/own-server.js';

const shipped = fileURLToPath(new URL('../../../../samples/station-messages-1/facilities.tsv', import.meta.url));
const station = '08Z11' as FacilityCode;
const senders = 6;
/** How the endpoint is while the server is killed; `down`: nobody listens. */
const rounds: readonly (Behaviour | 'down')[] = [200, 500, 'hang', 'cut', 'down', 200];
const leastOfRound = 60;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'subscriptions-chaos-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('nothing is skipped and nothing is numbered twice', async () => {
  const secretsFile = join(folder, 'keys', 'k.json');
  const environment = {
    DATA_DIR: join(folder, 'data'),
    SECRETS_FILE: secretsFile,
    OIDC_ISSUER: '',
    SUBSCRIPTION_HTTP: 'on',
    SUBSCRIPTION_NETWORKS: '127.0.0.0/8',
  };
  const start = () => startServer(environment, ['--empty', '--no-tokens', '--facilities', shipped]);
  let server = await start();
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  const authorization = `Bearer ${await issuer.issue({ kind: 'station', facility: station, hours: 1 })}`;
  const ask = async (method: string, path: string, body?: object, type = 'application/fhir+json'): Promise<Response> =>
    fetch(server.origin + path, {
      method,
      headers: { authorization, ...(body && { 'content-type': type }) },
      ...(body && { body: JSON.stringify(body) }),
    });

  let receiver = await Receiver.start();
  const { port } = receiver;
  const endpoint = receiver.url;
  const everything: Bundle[] = [];
  const made = await ask(
    'POST',
    '/fhir/Subscription',
    subscription('encounter-recorded', endpoint, { maxCount: 20, timeout: 1 }),
  );
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as Subscription;

  const accepted = new Set<string>();
  let episode = 0;
  const send = async (): Promise<void> => {
    for (;;) {
      const number = `${station}.202610.${String((episode += 1)).padStart(5, '0')}`;
      try {
        const answer = await ask(
          'POST',
          '/intake/messages',
          {
            command: 'record-visit',
            person: {
              name: 'Nông Thị Thử Nghiệm',
              sex: 'female',
              birthDate: '1961-05-11',
              identifiers: [{ system: 'national-id', value: '008161000001' }],
            },
            visit: { episode: number, start: '2026-10-02T08:00:00+07:00', diagnoses: [{ code: 'I10', role: 'main' }] },
          },
          'application/json',
        );
        await answer.arrayBuffer();
        if (answer.status === 201) accepted.add(number);
      } catch {
        return;
      }
    }
  };

  try {
    for (const behaviour of rounds) {
      if (behaviour === 'down') {
        everything.push(...receiver.taken.map(({ bundle }) => bundle));
        await receiver.stop();
      } else receiver.behaviour = behaviour;
      const before = accepted.size;
      const sending = Array.from({ length: senders }, send);
      for (let waited = 0; accepted.size < before + leastOfRound && waited < 1_500; waited += 1) await sleep(20);
      await server.stop('SIGKILL');
      await Promise.all(sending);
      expect(accepted.size).toBeGreaterThanOrEqual(before + leastOfRound);
      if (behaviour === 'down') receiver = await Receiver.start(port);
      server = await start();
    }
    receiver.behaviour = 200;
    // What was sent when the server was killed may have been recorded or not: what is in the record counts.
    const total = async (): Promise<number> => {
      const found = await ask('GET', '/fhir/Encounter?service-provider=Organization/08Z11&_summary=count');
      return ((await found.json()) as Bundle).total ?? 0;
    };
    const numbers = (): readonly number[] =>
      [...everything, ...receiver.taken.map(({ bundle }) => bundle)].flatMap((bundle) =>
        eventsOf(bundle).map(({ number }) => number),
      );
    const recorded = await total();
    expect(recorded).toBeGreaterThanOrEqual(accepted.size);
    for (let waited = 0; new Set(numbers()).size < recorded && waited < 3_000; waited += 1) await sleep(20);

    // In order: each number comes for the first time right after the one before it.
    const first = [...new Set(numbers())];
    expect(first).toEqual(Array.from({ length: recorded }, (_, index) => index + 1));
    // A number is always the same event, and each event has one number.
    const events = [...everything, ...receiver.taken.map(({ bundle }) => bundle)].flatMap(eventsOf);
    const focusOf = new Map(events.map(({ number, focus }) => [number, focus]));
    expect(events.filter(({ number, focus }) => focusOf.get(number) !== focus)).toEqual([]);
    expect(new Set(focusOf.values()).size).toBe(recorded);
    // The same may be fetched.
    const fetched: number[] = [];
    for (let next: string | undefined = `/fhir/Subscription/${id}/$events?_count=500`; next !== undefined;) {
      const bundle = (await (await ask('GET', next)).json()) as Bundle;
      fetched.push(...eventsOf(bundle).map(({ number }) => number));
      const further = bundle.link?.find(({ relation }) => relation === 'next')?.url;
      next = further?.slice(server.origin.length);
    }
    expect(fetched).toEqual(first);
    process.stdout.write(
      `subscriptions chaos: ${rounds.length} kills, ${recorded} events, ${events.length - recorded} of them sent again\n`,
    );
  } finally {
    await server.stop('SIGKILL');
    await receiver.stop();
  }
}, 240_000);

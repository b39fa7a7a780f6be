/** Appends from many callers until it is killed, printing every append once it is acknowledged. */
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { openEmbeddedEventStore } from '../../src/embedded/embedded-event-store.js';
import { WrongExpectedRevision } from '../../src/errors.js';
import type { NewEvent } from '../../src/event-store.js';
import { streamName } from '../../src/event-store.js';
import type { Acknowledged, Part } from './acknowledged.js';

const [file = ''] = process.argv.slice(2);
const callers = 24;
const sharedStreams = 12;

const store = await openEmbeddedEventStore({ file });
process.stdout.write(`${JSON.stringify({ head: await store.head() })}\n`);

function part(append: string, number: number, of: number): NewEvent {
  const text = randomUUID().repeat(randomInt(1, 60));
  const data: Part = { append, number, of, text, digest: createHash('sha256').update(text).digest('hex') };
  return { id: randomUUID(), type: `Part${number}`, data, metadata: { occurredAt: new Date().toISOString() } };
}

async function keepAppending(): Promise<never> {
  for (;;) {
    const shared = randomInt(3) > 0;
    const stream = streamName('visit', shared ? `08Z11.${randomInt(sharedStreams)}` : randomUUID());
    const [newest] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    const expected = randomInt(2) === 0 ? 'any' : (newest?.revision ?? 'noStream');
    const of = randomInt(1, 4);
    const append = randomUUID();
    const events = Array.from({ length: of }, (_, number) => part(append, number, of));
    try {
      const { revision, position } = await store.append(stream, expected, events);
      const acknowledged: Acknowledged = { stream, revision, position, ids: events.map(({ id }) => id) };
      process.stdout.write(`${JSON.stringify(acknowledged)}\n`);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

await Promise.all(Array.from({ length: callers }, keepAppending));

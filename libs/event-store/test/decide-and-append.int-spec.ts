import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideAndAppend, type Attempt } from '../src/decide-and-append.js';
import { openEmbeddedEventStore } from '../src/embedded/embedded-event-store.js';
import { streamName, type EventStore, type Revision } from '../src/event-store.js';

const stream = streamName('tally', '1');
const idOf = (message: number, revision: Revision): string =>
  `00000000-0000-8000-${8000 + message}-${String(revision + 1).padStart(12, '0')}`;

let folder: string;
let store: EventStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-decide-'));
  store = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** Brings a stream to a number; nothing to say where it is there already. Ids follow from the message and the revision. */
const bringTo = (
  wanted: number,
  presumed?: Attempt<number, string>['presumed'],
  message = wanted,
): Attempt<number, string> => ({
  stream,
  initialState: 0,
  evolve: (_, event) => (event.data as { readonly to: number }).to,
  decide: ({ state, revision }) =>
    state === wanted
      ? { outcome: 'unchanged', events: [] }
      : {
          outcome: 'brought',
          events: [
            {
              id: idOf(message, revision),
              type: 'Brought',
              data: { to: wanted },
              metadata: { occurredAt: '2026-10-01' },
            },
          ],
        },
  ...(presumed && { presumed }),
});
const asNew = { state: 0, revision: -1 };
const told = async (): Promise<readonly unknown[]> => (await store.readStream(stream)).map(({ data }) => data);

describe('deciding on what a stream is presumed to be', () => {
  it('appends without a read where it is so', async () => {
    expect(await decideAndAppend(store, bringTo(1, asNew))).toMatchObject({ outcome: 'brought', before: asNew });
    expect(await told()).toEqual([{ to: 1 }]);
  });

  it('decides again on what is there where the stream has moved on', async () => {
    await decideAndAppend(store, bringTo(1));
    await decideAndAppend(store, bringTo(2));
    const stale = await decideAndAppend(store, bringTo(3, { state: 1, revision: 0 }));
    expect(stale).toMatchObject({ outcome: 'brought', appended: { revision: 2 } });
  });

  it('gives the first result to the same append again', async () => {
    await decideAndAppend(store, bringTo(1, asNew));
    expect(await decideAndAppend(store, bringTo(1, asNew))).toMatchObject({
      appended: { repeated: true, revision: 0 },
    });
    expect(await told()).toEqual([{ to: 1 }]);
  });

  it('decides again where the same step said something else the last time: a later release reads the message better', async () => {
    await decideAndAppend(store, bringTo(1, asNew));
    expect(await decideAndAppend(store, bringTo(2, asNew, 1))).toMatchObject({
      outcome: 'brought',
      before: { revision: 0 },
    });
    expect(await told()).toEqual([{ to: 1 }, { to: 2 }]);
  });
});

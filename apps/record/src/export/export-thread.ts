/** Makes one export, in a thread of its own: requests are answered meanwhile as if there were none. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { ExportThreadData, ServiceAnswer, ThreadEnd, ThreadQuestion } from './export-messages.js';
import { NoSpaceLeft, runExport } from './export-run.js';
import { NotToBeWorkedOn } from './store/export-store.js';
import { openWorkplace } from './store/open-workplace.js';

type Question<One = ThreadQuestion> = One extends ThreadQuestion ? Omit<One, 'number'> : never;

const { id, workplace } = workerData as ExportThreadData;
const port = parentPort;
if (!port) throw new Error('This module is run in a thread');

const waiting = new Map<number, PromiseWithResolvers<ServiceAnswer>>();
let asked = 0;
port.on('message', (answer: ServiceAnswer) => {
  const one = waiting.get(answer.number);
  waiting.delete(answer.number);
  if ('refused' in answer) one?.reject(new Error(answer.refused));
  else one?.resolve(answer);
});

function ask(question: Question): Promise<ServiceAnswer> {
  asked += 1;
  const answered = Promise.withResolvers<ServiceAnswer>();
  waiting.set(asked, answered);
  port?.postMessage({ ...question, number: asked });
  return answered.promise;
}

const surroundings = {
  events: {
    readStream: async (stream: string): Promise<readonly RecordedEvent[]> => {
      const answer = await ask({ kind: 'stream', stream: stream as never });
      return 'events' in answer ? answer.events : [];
    },
  },
  disclose: async (residents: readonly string[]): Promise<void> => {
    if (residents.length > 0) await ask({ kind: 'disclose', residents });
  },
};

async function run(): Promise<ThreadEnd['ended']> {
  try {
    await using opened = new AsyncDisposableStack();
    const place = await openWorkplace(id, workplace);
    opened.defer(() => place.close());
    await runExport(place, surroundings);
    return 'done';
  } catch (error) {
    if (error instanceof NotToBeWorkedOn) return 'not-mine';
    if (error instanceof NoSpaceLeft || (error as NodeJS.ErrnoException).code === 'ENOSPC') return 'no-space';
    throw error;
  }
}

port.postMessage({ ended: await run() } satisfies ThreadEnd);
port.close();

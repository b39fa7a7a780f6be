/** What every `text/event-stream` of ours has in common (WHATWG HTML §9.2): the id of an event is the position to go on from. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { signalOf } from './gone.js';

/** A reader must show its token again from time to time; `EventSource` does so by itself. */
const longestMs = 30 * 60_000;

/**
 * Sends frames until the generator ends. Pulled: a slow reader is not written ahead for.
 * @param frames gets a signal that ends when the reader has gone, the service stops, or the time of one connection is over
 */
export async function sendEventStream(
  reply: FastifyReply,
  stopping: AbortSignal,
  frames: (ended: AbortSignal) => AsyncIterable<string>,
): Promise<void> {
  const ended = AbortSignal.any([signalOf(reply), stopping, AbortSignal.timeout(longestMs)]);
  await reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(frames(ended), { highWaterMark: 1 }));
}

/** One event; `data` is written as JSON. */
export function eventFrame(event: string, id: number, data: unknown): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The last event a reader got before its line broke; it counts for more than the address it first asked. */
export function lastEventId(request: FastifyRequest): number | undefined {
  const id = request.headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

/** An event stream never ends by itself: when the server closes, those that are open are ended, so that closing waits for requests only. */
export function endEventStreamsOnClose(server: FastifyInstance): void {
  const open = new Set<ServerResponse>();
  server.addHook('onSend', async (_, reply) => {
    if (!String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream')) return;
    open.add(reply.raw);
    reply.raw.once('close', () => open.delete(reply.raw));
  });
  server.addHook('preClose', async () => {
    for (const response of open) response.end();
  });
}

/** Remembers that something came while nobody waited. */
export class News {
  #came = false;
  #wake: () => void = () => {};

  bring(): void {
    this.#came = true;
    this.#wake();
  }

  /** True as soon as there is news; false when the time is over or the signal ended the wait. */
  async within(timeMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#came) await pause(timeMs, signal, (wake) => (this.#wake = wake));
    const came = this.#came;
    this.#came = false;
    return came;
  }
}

/** Resolves when the time is over, the signal aborts, or the function handed to `onWait` is called. */
export function pause(timeMs: number, signal: AbortSignal, onWait?: (wake: () => void) => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    onWait?.(done);
  });
}

import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { CallFault, callFault } from './call-faults.js';

/** What waiting on a line came to. */
export type LineState = 'message' | 'ended' | 'quiet' | 'stopped';

/**
 * Messages of one read or subscription, pulled one by one: while nobody pulls, only what the call's own small window holds is
 * on its way. Has to be closed, whatever happened on it.
 */
export class ReadLine {
  readonly #call: ClientReadableStream<ReadResp>;
  #fault: CallFault | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(call: ClientReadableStream<ReadResp>) {
    this.#call = call;
    const wake = (): void => this.#wake?.();
    call.on('readable', wake);
    call.on('end', () => {
      this.#ended = true;
      wake();
    });
    call.on('error', (error: Error) => {
      this.#fault ??= callFault(error);
      wake();
    });
    call.on('close', () => {
      this.#ended = true;
      wake();
    });
  }

  /** The next message if it is here. @throws CallFault when the line is broken and everything before was taken */
  take(): ReadResp | undefined {
    const message = this.#call.read() as ReadResp | null;
    if (message !== null) return message;
    if (this.#fault !== undefined) throw this.#fault;
    return undefined;
  }

  get hasMessage(): boolean {
    return this.#call.readableLength > 0;
  }

  get isOver(): boolean {
    return this.#ended || this.#fault !== undefined;
  }

  /** Waits until there is something to take, the line has ended, the time is over or the signal aborts. */
  async wait(patienceMs: number, signal?: AbortSignal): Promise<LineState> {
    if (signal?.aborted === true) return 'stopped';
    if (this.#call.readableLength > 0) return 'message';
    if (this.isOver) return 'ended';
    const woken = await new Promise<'woken' | 'quiet' | 'stopped'>((resolve) => {
      const finish = (result: 'woken' | 'quiet' | 'stopped'): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        this.#wake = undefined;
        resolve(result);
      };
      const timer = setTimeout(finish, patienceMs, 'quiet');
      const stop = (): void => finish('stopped');
      this.#wake = () => finish('woken');
      signal?.addEventListener('abort', stop);
    });
    if (woken !== 'woken') return woken;
    return this.isOver && this.#call.readableLength === 0 ? 'ended' : 'message';
  }

  close(): void {
    this.#call.cancel();
    this.#call.destroy();
  }
}

/**
 * Reads a line to its end, as reads have one.
 * @param patienceMs longest silence that is borne
 * @throws CallFault
 */
export async function* messagesOf(line: ReadLine, patienceMs: number): AsyncGenerator<ReadResp, void, undefined> {
  try {
    for (;;) {
      for (let message = line.take(); message !== undefined; message = line.take()) yield message;
      const state = await line.wait(patienceMs);
      if (state === 'ended') {
        line.take();
        return;
      }
      if (state === 'quiet') throw new CallFault('timeout');
    }
  } finally {
    line.close();
  }
}

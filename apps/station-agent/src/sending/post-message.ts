import { createReadStream } from 'node:fs';
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type AttemptResult, readAnswer } from './answers.js';
import { noConnection, silence } from './troubles.js';

export interface OutgoingMessage {
  /** File with the bytes. */
  readonly path: string;
  readonly size: number;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly contentType: string;
}

export interface ServerSettings {
  /** Origin, with a path where the service is behind one. */
  readonly server: URL;
  readonly gzip: boolean;
  /** A line on which nothing moves for this long is given up. */
  readonly silenceMs: number;
}

/** A receipt of a large message lists thousands of records; more than this is no receipt. */
const longestAnswer = 64 * 1024 * 1024;
/** From here on the server is asked first whether it wants the body: an expired token must not cost an hour of a slow line. */
const askFirstFrom = 256 * 1024;
/** A server that does not know the question says nothing; then the body is sent. */
const askedInVainMs = 3_000;

/** Sends messages over one connection, one at a time. The body is read from disk as the line takes it, never as a whole. */
export class MessagePost {
  readonly #agent: HttpAgent;
  readonly #address: URL;

  constructor(private readonly settings: ServerSettings) {
    const secure = settings.server.protocol === 'https:';
    this.#agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    this.#address = new URL(`${settings.server.pathname.replace(/\/$/, '')}/intake/messages`, settings.server);
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * One attempt, whatever comes of it. The key is made of the content: the server sees that the same file comes again.
   * @throws the error of the disk when the file cannot be read
   */
  async send(message: OutgoingMessage, token: string, stopped: AbortSignal): Promise<AttemptResult> {
    for (;;) {
      try {
        const answer = await this.#exchange(message, token, stopped);
        return readAnswer(answer, message.digest, Date.now());
      } catch (error) {
        if (error instanceof UnreadableFile) throw error.cause;
        // The server had closed an idle connection in the moment we used it again: that is no failure of the line.
        if (error instanceof LineBroke && error.reused) continue;
        if (error instanceof Silence) return { kind: 'try-again', trouble: silence };
        return { kind: 'try-again', trouble: noConnection(codeOf(error)) };
      }
    }
  }

  async #exchange(message: OutgoingMessage, token: string, stopped: AbortSignal): Promise<Answered> {
    const { gzip, silenceMs } = this.settings;
    const asksFirst = message.size >= askFirstFrom;
    const request = (this.#address.protocol === 'https:' ? httpsRequest : httpRequest)(this.#address, {
      method: 'POST',
      agent: this.#agent,
      signal: stopped,
      timeout: silenceMs,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': message.contentType,
        'idempotency-key': `station-agent-${message.digest}`,
        accept: 'application/json',
        ...(gzip ? { 'content-encoding': 'gzip' } : { 'content-length': message.size }),
        ...(asksFirst && { expect: '100-continue' }),
      },
    });
    request.on('timeout', () => request.destroy(new Silence()));
    const answered = Promise.withResolvers<IncomingMessage>();
    request.on('response', answered.resolve);
    request.on('error', (error) =>
      answered.reject(error instanceof Silence ? error : new LineBroke(error, request.reusedSocket && !asksFirst)),
    );
    // Whoever is waited for below, an answer that comes early ends the wait, and an error is seen once.
    answered.promise.catch(() => undefined);
    try {
      if (asksFirst && !(await wantsBody(request, answered.promise))) return await readText(await answered.promise);
      await Promise.race([this.#write(request, message.path, gzip), answered.promise]);
      return await readText(await answered.promise);
    } finally {
      if (!request.writableFinished) request.destroy();
    }
  }

  async #write(request: ClientRequest, path: string, gzip: boolean): Promise<void> {
    const file = createReadStream(path, { highWaterMark: 256 * 1024 });
    const unreadable = Promise.withResolvers<never>();
    unreadable.promise.catch(() => undefined);
    file.once('error', (error) => unreadable.reject(new UnreadableFile(error)));
    const written = gzip ? pipeline(file, createGzip(), request) : pipeline(file, request);
    // A broken line is told by the request itself; an unreadable file only here.
    await Promise.race([written.catch(() => undefined), unreadable.promise]);
    if (file.errored && !request.writableFinished && isFileError(file.errored)) throw new UnreadableFile(file.errored);
  }
}

interface Answered {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

/** False when the server has answered without wanting the body. */
async function wantsBody(request: ClientRequest, answered: Promise<IncomingMessage>): Promise<boolean> {
  const asked = Promise.withResolvers<boolean>();
  request.once('continue', () => asked.resolve(true));
  const timer = setTimeout(() => asked.resolve(true), askedInVainMs);
  request.once('socket', (socket) => {
    // The time counts from the moment the question is out, not from the first try to connect.
    if (socket.connecting) socket.once('connect', () => timer.refresh());
  });
  request.flushHeaders();
  try {
    return await Promise.race([asked.promise, answered.then(() => false)]);
  } finally {
    clearTimeout(timer);
  }
}

async function readText(response: IncomingMessage): Promise<Answered> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.byteLength;
      if (length > longestAnswer) throw new LineBroke(new Error('answer too long'), false);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof LineBroke ? error : new LineBroke(error, false);
  }
  const { statusCode = 0, headers } = response;
  return {
    status: statusCode,
    ...(headers['retry-after'] !== undefined && { retryAfter: headers['retry-after'] }),
    body: Buffer.concat(parts).toString('utf8'),
  };
}

class Silence extends Error {}

class UnreadableFile extends Error {
  constructor(override readonly cause: unknown) {
    super('the file cannot be read');
  }
}

class LineBroke extends Error {
  constructor(
    override readonly cause: unknown,
    readonly reused: boolean,
  ) {
    super('the line broke');
  }
}

const isFileError = (error: unknown): boolean => (error as NodeJS.ErrnoException).syscall !== undefined;

function codeOf(error: unknown): string {
  const { code } = (error instanceof LineBroke ? error.cause : error) as { code?: unknown };
  return typeof code === 'string' ? code : 'ERROR';
}

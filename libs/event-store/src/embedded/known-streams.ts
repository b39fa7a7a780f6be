import type { StreamName } from '../event-store.js';

const bitsPerStream = 12;
const leastCapacity = 1 << 20;
/** 48 MiB: a log with more streams has more wrong guesses, and is as right. */
const mostCapacity = 1 << 25;
/** One stream's bits are all in one line of the processor's cache. */
const wordsInBlock = 16;
const bitsOfStream = 7;
/** In the first word: every stream of the log is in. */
const complete = 1;
const headerWords = wordsInBlock;

/**
 * Which streams the log may have, as a Bloom filter in memory that threads share: the writer puts every stream in before it is
 * committed; who reads is spared the look into the file for most of those that are not there.
 */
export class KnownStreams {
  /** To be handed to another thread's {@link KnownStreams.of}. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #blocks: number;

  private constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
    this.#blocks = (this.#words.length - headerWords) / wordsInBlock;
  }

  /** An empty one, not complete. @param events of the log: there are no more streams than those, and it may double */
  static forLog(events: number): KnownStreams {
    return KnownStreams.forStreams(Math.min(mostCapacity, Math.max(leastCapacity, events * 2)));
  }

  static forStreams(count: number): KnownStreams {
    const blocks = Math.ceil((count * bitsPerStream) / (wordsInBlock * 32));
    const words = headerWords + blocks * wordsInBlock;
    return new KnownStreams(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT));
  }

  static of(shared: SharedArrayBuffer): KnownStreams {
    return new KnownStreams(shared);
  }

  /** All streams that the log had when this was made are in. */
  completed(): void {
    Atomics.store(this.#words, 0, complete);
  }

  add(stream: StreamName): void {
    this.#visit(stream, (word, bits) => (Atomics.or(this.#words, word, bits), true));
  }

  /** True when the log surely has no such stream. */
  lacks(stream: StreamName): boolean {
    if (Atomics.load(this.#words, 0) !== complete) return false;
    return !this.#visit(stream, (word, bits) => (Atomics.load(this.#words, word) & bits) === bits);
  }

  /** Every bit of the stream, as long as `see` says so. */
  #visit(stream: StreamName, see: (word: number, bits: number) => boolean): boolean {
    // Two hashes of 32 bits (FNV-1a with different bases), mixed as MurmurHash3 ends.
    let first = 0x811c9dc5;
    let second = 0x9747b28c;
    for (let at = 0; at < stream.length; at += 1) {
      const code = stream.charCodeAt(at);
      first = Math.imul(first ^ code, 0x01000193);
      second = Math.imul(second ^ code, 0x5bd1e995);
      second ^= second >>> 15;
    }
    first = mixed(first);
    second = mixed(second);
    const block = headerWords + ((first >>> 0) % this.#blocks) * wordsInBlock;
    const step = first | 1;
    for (let bit = 0; bit < bitsOfStream; bit += 1) {
      if (!see(block + ((second >>> 5) & (wordsInBlock - 1)), 1 << (second & 31))) return false;
      second = mixed(second + step);
    }
    return true;
  }
}

function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

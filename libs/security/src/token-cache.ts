import { createHash } from 'node:crypto';
import type { Caller } from './caller.js';
import type { TokenCache, Verified } from './jwt-verifiers.js';

/**
 * Remembers verified tokens for a short while: a station sends many messages with one token, and checking an ES256 signature
 * costs more than reading a small message. Bounded; the least recently used goes first. Tokens are kept as digests only.
 * Without `keepMs` a key or scope withdrawn at the issuer would be noticed only when the token ends.
 */
export class RecentTokens implements TokenCache {
  readonly #entries = new Map<string, Verified>();

  constructor(
    private readonly limit = 10_000,
    private readonly keepMs = 60_000,
    private readonly now: () => number = Date.now,
  ) {}

  get(token: string): Caller | undefined {
    const key = digestOf(token);
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.caller;
  }

  set(token: string, { caller, until }: Verified): void {
    this.#entries.set(digestOf(token), { caller, until: Math.min(until, this.now() + this.keepMs) });
    if (this.#entries.size > this.limit) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }

  get size(): number {
    return this.#entries.size;
  }
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64');

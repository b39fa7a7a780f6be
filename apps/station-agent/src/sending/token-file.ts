import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

export interface Token {
  /** Never shown, logged or stored. */
  readonly value: string;
  /** Tells one token from another without being it. */
  readonly mark: string;
}

/** The token as it stands in its file, read again when the file changes: tokens expire, and are replaced while the agent runs. */
export class TokenFile {
  #stamp = '';
  #token: Token | undefined;

  constructor(readonly path: string) {}

  /** Undefined while the file is missing, empty, or holds something that is no token. */
  async read(): Promise<Token | undefined> {
    try {
      const { size, mtimeMs, ino } = await stat(this.path);
      const stamp = `${size} ${mtimeMs} ${ino}`;
      if (stamp === this.#stamp) return this.#token;
      const text = size > 64 * 1024 ? '' : (await readFile(this.path, 'utf8')).replace(/^\uFEFF/, '');
      const value = text.replace(/\s+/g, '');
      this.#token = /^[\x21-\x7e]+$/.test(value) ? { value, mark: markOf(value) } : undefined;
      this.#stamp = stamp;
    } catch {
      this.#stamp = '';
      this.#token = undefined;
    }
    return this.#token;
  }
}

const markOf = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);

import type { ExportFile } from './export-job.js';

interface OpenFile {
  readonly list: ExportFile['list'];
  readonly type: string;
  name: string;
  bytes: number;
  lines: number;
  pending: string[];
}

/** A file larger than this is followed by another one: what a client may have to fetch again stays bounded. */
const mostBytes = 512 * 1024 ** 2;
/** Characters that wait for being written, of all files together. */
const mostPending = 8 * 1024 ** 2;

type Write = (file: string, at: number, bytes: Uint8Array) => Promise<void>;

/** The NDJSON files of an export: lines are gathered by type and written in large pieces. */
export class ExportFiles {
  readonly #finished: ExportFile[] = [];
  readonly #open = new Map<string, OpenFile>();
  #pending = 0;

  /** @param files as the last checkpoint left them: what is behind their ends is written over */
  constructor(
    files: readonly ExportFile[],
    private readonly write: Write,
  ) {
    for (const file of files) {
      const key = `${file.list} ${file.type}`;
      const before = this.#open.get(key);
      if (before) this.#finished.push(described(before));
      this.#open.set(key, { ...file, pending: [] });
    }
  }

  /** Where nothing waits to be written: what has been. */
  get files(): readonly ExportFile[] {
    return [...this.#finished, ...[...this.#open.values()].filter(({ lines }) => lines > 0).map(described)];
  }

  add(list: ExportFile['list'], type: string, resource: unknown): void {
    const line = `${JSON.stringify(resource)}\n`;
    this.#fileOf(list, type).pending.push(line);
    this.#pending += line.length;
  }

  /** So much waits that it had better be written. */
  get full(): boolean {
    return this.#pending >= mostPending;
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    for (const [key, file] of this.#open) {
      if (file.pending.length === 0) continue;
      const bytes = Buffer.from(file.pending.join(''));
      await this.write(file.name, file.bytes, bytes);
      file.bytes += bytes.length;
      file.lines += file.pending.length;
      file.pending = [];
      if (file.bytes < mostBytes) continue;
      this.#finished.push(described(file));
      this.#open.delete(key);
    }
    this.#pending = 0;
  }

  #fileOf(list: ExportFile['list'], type: string): OpenFile {
    const key = `${list} ${type}`;
    const known = this.#open.get(key);
    if (known) return known;
    const count = this.#finished.filter((one) => one.list === list && one.type === type).length + 1;
    const name = `${list === 'deleted' ? 'deleted' : type}.${count}.ndjson`;
    const made: OpenFile = { list, type, name, bytes: 0, lines: 0, pending: [] };
    this.#open.set(key, made);
    return made;
  }
}

const described = ({ list, type, name, bytes, lines }: OpenFile): ExportFile => ({ list, type, name, bytes, lines });

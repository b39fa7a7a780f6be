import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '#platform/setup-error.js';
import { databases, smallFiles } from './data-files.js';

export const manifestFile = 'backup.json';
const format = 'lien-tuyen-backup/1';

export interface KeptFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** What a backup holds. Written last: a folder without it is no backup. */
export interface Manifest {
  readonly format: typeof format;
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  /** Everything acknowledged up to this position of the log is in the backup. */
  readonly position: number;
  /** Name of the log: positions mean nothing without it. */
  readonly log: string;
  /** Names the keys without which nobody in the data is found again; they are not in the backup. */
  readonly keys: string;
  readonly files: readonly KeptFile[];
}

export type Content = Omit<Manifest, 'format'>;

/** The text of a manifest; its last member is the digest of the others. */
export function textOfManifest(content: Content): string {
  const manifest: Manifest = { format, ...content };
  return `${JSON.stringify({ ...manifest, sha256: digestOf(manifest) }, undefined, 2)}\n`;
}

/** @throws SetupError when there is no backup in the folder, or its list was changed */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, manifestFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new SetupError(
      {
        vi: `Không có bản sao lưu hoàn chỉnh trong ${folder} (thiếu ${manifestFile}).`,
        en: `There is no finished backup in ${folder} (${manifestFile} is missing).`,
      },
      { cause: error },
    );
  }
  const manifest = parsed(text);
  if (!manifest || textOfManifest(contentOf(manifest)) !== text) throw damaged(file);
  return manifest;
}

/** @throws SetupError naming the file that is not as it was when the backup was taken */
export async function verifyFile(folder: string, { name, size, sha256 }: KeptFile): Promise<void> {
  const file = join(folder, name);
  const found = await stat(file).catch(() => undefined);
  if (found?.size !== size || (await sha256Of(file)) !== sha256) throw damaged(file);
}

export async function describeFile(folder: string, name: string): Promise<KeptFile> {
  const file = join(folder, name);
  return { name, size: (await stat(file)).size, sha256: await sha256Of(file) };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function parsed(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Manifest | null;
    const known = new Set<string>([...databases, ...smallFiles]);
    // Only names of our own: a list that was tampered with leads to no other place.
    const complete = value?.format === format && value.files.every(({ name }) => known.has(name));
    return complete ? value : undefined;
  } catch {
    return undefined;
  }
}

function contentOf({ takenAt, position, log, keys, files }: Manifest): Content {
  return { takenAt, position, log, keys, files };
}

function digestOf(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

function damaged(file: string): SetupError {
  return new SetupError({
    vi: `Bản sao lưu đã bị thay đổi hoặc hỏng: ${file} không còn như lúc sao lưu. Hãy dùng bản sao khác.`,
    en: `The backup is damaged or was changed: ${file} is not as it was when the backup was taken. Use another copy.`,
  });
}

/** Files that are whole or not there at all, whatever happens to the power. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Writes beside the target and renames: readers never see half a file. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const half = `${path}.part`;
  const file = await open(half, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await moveDurably(half, path);
}

/** Renames within one drive and makes it last. A virus scanner that looks at a new file holds it for a moment: it is waited for. */
export async function moveDurably(from: string, to: string): Promise<void> {
  for (let patience = 5; ; patience -= 1) {
    try {
      await rename(from, to);
      break;
    } catch (error) {
      if (patience === 0 || !['EBUSY', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
      await sleep(100);
    }
  }
  await syncFolder(dirname(to));
}

/**
 * Copies piece by piece and tells the digest (SHA-256, hex) and size of what was copied. The copy is on disk when it returns; what
 * could not be finished is taken away.
 */
export async function copyWithDigest(
  from: string,
  to: string,
): Promise<{ digest: string; size: number; start: Buffer; end: Buffer }> {
  const hash = createHash('sha256');
  let size = 0;
  let start: Buffer = Buffer.alloc(0);
  let end: Buffer = Buffer.alloc(0);
  const target = await open(to, 'w', 0o600);
  try {
    for await (const part of createReadStream(from, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(part);
      if (size === 0) start = part.subarray(0, 4096);
      end = Buffer.concat([end, part.subarray(-64)]).subarray(-64);
      size += part.byteLength;
      await target.writeFile(part);
    }
    await target.sync();
  } catch (error) {
    await target.close();
    await unlink(to).catch(() => undefined);
    throw error;
  }
  await target.close();
  return { digest: hash.digest('hex'), size, start, end };
}

/** SHA-256 of a file, hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>)
    hash.update(part);
  return hash.digest('hex');
}

/** The entry in a folder is durable once the folder is. Windows does that by itself and cannot open one. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

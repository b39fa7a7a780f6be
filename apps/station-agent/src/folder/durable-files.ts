/** Files that are whole or not there at all, whatever happens to the power. */
import { createHash } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Writes beside the target and renames: nobody ever sees half a file. It lasts once its folder is synced. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.part`;
  const file = await open(half, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await file.close();
    await unlink(half).catch(() => undefined);
    throw error;
  }
  await file.close();
  await move(half, path);
}

/** Renames within one drive. A virus scanner that looks at a new file holds it for a moment: it is waited for. */
export async function move(from: string, to: string): Promise<void> {
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
}

/** What a copy was made of. */
export interface Copied {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly size: number;
}

/**
 * Copies piece by piece; the bytes of the copy are on disk when it returns. What could not be finished is taken away.
 * @param onPart sees every piece before it is overwritten by the next
 */
export async function copyWithDigest(from: string, to: string, onPart?: (part: Buffer) => void): Promise<Copied> {
  const hash = createHash('sha256');
  let size = 0;
  const target = await open(to, 'w', 0o600);
  try {
    for await (const part of partsOf(from)) {
      hash.update(part);
      onPart?.(part);
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
  return { digest: hash.digest('hex'), size };
}

/** SHA-256 of a file, hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of partsOf(path)) hash.update(part);
  return hash.digest('hex');
}

/** All parts come in the same memory: each is to be used before the next is asked for. */
async function* partsOf(path: string): AsyncIterable<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const memory = Buffer.allocUnsafe(Math.min(Math.max(size, 1), 256 * 1024));
    for (;;) {
      const { bytesRead } = await file.read(memory, 0, memory.byteLength);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Makes last what was renamed into a folder. Windows does that by itself and cannot open one. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineMissing } from './engine-process.js';

/** A file system of its own that can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** Nothing more can be written to it. */
  fill(): void;
  /** Gives the space back. */
  empty(): void;
  remove(): void;
}

const block = Buffer.alloc(64 * 1024, 1);

/** @throws EngineMissing where nothing may be mounted: that needs Linux, and root */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lien-tuyen', folder], { stdio: 'pipe' });
  } catch (cause) {
    rmSync(folder, { recursive: true });
    throw new EngineMissing('a small disk cannot be mounted (Linux, as root)', { cause });
  }
  const ballast = join(folder, 'ballast');
  const remove = (): void => {
    process.off('exit', remove);
    // Lazily: whoever still has a file open there keeps it, and nobody is in the way.
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  };
  process.once('exit', remove);
  return {
    folder,
    remove,
    fill: () => {
      const file = openSync(ballast, 'a');
      for (let size = block.length; size > 0;) {
        try {
          writeSync(file, block, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size >>= 1;
        }
      }
      closeSync(file);
    },
    empty: () => rmSync(ballast),
  };
}

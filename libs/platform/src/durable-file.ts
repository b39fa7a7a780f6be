/** Files that are on the disk when the call returns, readable by the owner alone. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Owner-only from its first moment.
 * @param flag `wx`: it must not be there yet
 */
export function writeDurably(file: string, text: string, flag: 'w' | 'wx'): void {
  const handle = openSync(file, flag, 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Replaces a file by a text, whole or not at all. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  writeDurably(temporary, text, 'w');
  renameSync(temporary, file);
  syncFolder(dirname(file));
}

/** What was made or renamed in a folder is there after a power cut. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyntheticWorld } from '#station-formats/synthetic/synthetic-world.js';

/** Writes a synthetic world as a folder of samples. */
export function writeWorld(folder: string, { facilitiesTsv, files, truth }: SyntheticWorld): void {
  writeFileSync(join(folder, 'facilities.tsv'), facilitiesTsv);
  writeFileSync(join(folder, 'truth.json'), JSON.stringify(truth));
  for (const kind of ['qd4750', 'qd831']) mkdirSync(join(folder, kind));
  for (const { kind, name, bytes } of files) writeFileSync(join(folder, kind, name), bytes);
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EngineMissing } from './engine-process.js';
import { parseTabSeparated } from '#platform/tab-separated.js';

const central = 'https://repo.maven.apache.org/maven2';
const atOnce = 6;

/** A program whose jars a table of this package's `data` folder names: `path`, `bytes`, `sha256`. */
export interface JarTable {
  readonly program: string;
  readonly table: string;
}

/**
 * A program's jars in a folder, fetched from Maven Central as far as they are not there yet. Every jar is what its SHA-256 says.
 * @param folder where they are kept from one time to the next
 * @param repository another repository of Maven's layout
 * @throws EngineMissing when the repository is not reached
 */
export async function fetchJars(
  { program, table }: JarTable,
  folder: string,
  repository = process.env['MAVEN_REPOSITORY'] ?? central,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const rows = readFileSync(new URL(`../data/${table}`, import.meta.url), 'utf8');
  const wanted = parseTabSeparated(rows, ['path', 'bytes', 'sha256']);
  const missing = wanted.filter(({ path, bytes }) => {
    const file = join(folder, basename(path));
    return !existsSync(file) || statSync(file).size !== Number(bytes);
  });
  const next = missing.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const jar of next) await fetchJar(program, folder, `${repository}/${jar.path}`, jar.sha256);
    }),
  );
}

async function fetchJar(program: string, folder: string, url: string, sha256: string): Promise<void> {
  const answer = await fetch(url).catch((cause: unknown) => {
    throw new EngineMissing(`${program} cannot be fetched: ${url} is not reached`, { cause });
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${url}: SHA-256 is ${found}, expected ${sha256}`);
  const file = join(folder, basename(new URL(url).pathname));
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, file);
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineMissing } from './engine-process.js';

const run = promisify(execFile);
const oldestJava = 17;

/**
 * Program `java` of JAVA_HOME or the PATH.
 * @throws EngineMissing when there is none of version 17 or newer
 */
export async function findJava(neededBy: string): Promise<string> {
  const home = process.env['JAVA_HOME'];
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    const told = await run(java, ['-version']).catch(() => undefined);
    // `openjdk version "17.0.15"`, on standard error.
    const version = Number(/version "(\d+)/.exec(told?.stderr ?? '')?.[1]);
    if (version >= oldestJava) return java;
  }
  throw new EngineMissing(`${neededBy} needs Java ${oldestJava} or newer (JAVA_HOME or PATH)`);
}

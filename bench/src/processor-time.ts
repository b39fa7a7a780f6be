import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds in a tick of `/proc/{pid}/stat`. */
const tickMs = 10;

/** Milliseconds of processor time of a process and those that it has started, the ended ones included. */
export function processesMs(main: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const fields = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (!fields) continue;
    // Of proc(5), behind the name: 2 parent, 12 and 13 own time, 14 and 15 that of ended children.
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
    if (pid === main) ticks += (user ?? 0) + (system ?? 0) + (endedUser ?? 0) + (endedSystem ?? 0);
    else if (parent === main) ticks += (user ?? 0) + (system ?? 0);
  }
  return ticks * tickMs;
}

function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

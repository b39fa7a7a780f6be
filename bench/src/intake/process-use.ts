import { readFileSync } from 'node:fs';

/** What a process of this machine has used, as Linux tells it. */
export interface ProcessorTime {
  /** Milliseconds of its main thread. */
  readonly main: number;
  /** Milliseconds of all its threads. */
  readonly all: number;
}

/** proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms. */
export function processorTime(pid: number | undefined): ProcessorTime {
  const of = (file: string): number => {
    const fields = readFileSync(file, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  return { main: of(`/proc/${pid}/task/${pid}/stat`), all: of(`/proc/${pid}/stat`) };
}

/** Bytes. */
export function residentMemory(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewStatus } from '#projections/projection.js';
import { buildLine } from './status-lines.js';

export interface Followed {
  readonly name: string;
  /** `given-up`: somebody has cancelled it. */
  readonly outcome: 'switched' | 'given-up';
  readonly status: ViewStatus;
}

const askEveryMs = { terminal: 500, elsewhere: 5_000 } as const;

/**
 * Shows how far the builds of some views are until none is left: lines that redraw themselves on a terminal, elsewhere a line now
 * and then.
 * @param begun the views as they were when the builds had begun
 */
export async function followBuilds(
  begun: readonly ViewStatus[],
  list: () => Promise<readonly ViewStatus[]>,
  out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
): Promise<readonly Followed[]> {
  const ended: Followed[] = [];
  let drawn = 0;
  let drawnAt = -Infinity;
  for (;;) {
    const now = new Map((await list()).map((status) => [status.name, status]));
    const open = begun.filter(({ name }) => !ended.some((one) => one.name === name));
    const lines: string[] = [];
    for (const before of open) {
      const status = now.get(before.name) ?? before;
      if (status.build) lines.push(buildLine(status.name, status.build));
      else ended.push({ name: status.name, outcome: outcomeOf(before, status), status });
    }
    if (out.isTTY) {
      out.write(`${drawn > 0 ? `\u001B[${drawn}A\u001B[0J` : ''}${lines.map((line) => `${line}\n`).join('')}`);
      drawn = lines.length;
    } else if (lines.length > 0 && performance.now() - drawnAt >= askEveryMs.elsewhere) {
      out.write(lines.map((line) => `${line}\n`).join(''));
      drawnAt = performance.now();
    }
    if (lines.length === 0) return ended;
    await sleep(askEveryMs.terminal);
  }
}

function outcomeOf(before: ViewStatus, { version, generation, state }: ViewStatus): Followed['outcome'] {
  const readable = before.state === 'building' && state !== 'building';
  return readable || version !== before.version || generation !== before.generation ? 'switched' : 'given-up';
}

/** Where the agent stands, as its pages show it. */
import type { StationAgent } from '../agent.js';
import type { ListedAnswer, Verdict, WaitingEntry } from '../outbox/entry.js';
import type { OutboxCounts } from '../outbox/outbox.js';
import type { LineState } from '../sending/line.js';
import type { Trouble } from '../sending/troubles.js';

export interface ShownWaiting {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly takenAt: number;
}

export interface ShownAnswer extends ShownWaiting {
  readonly verdict: Verdict;
  readonly answeredAt: number;
  readonly filedAs: string | null;
}

export interface Snapshot {
  readonly now: number;
  readonly startedAt: number;
  readonly folder: string;
  readonly server: string;
  readonly paused: boolean;
  readonly line: ShownLine;
  /** Of the disk or the token. */
  readonly trouble: Trouble | null;
  readonly sending: (ShownWaiting & { readonly since: number }) | null;
  readonly counts: OutboxCounts;
  /** The first of each list only: a station that was offline for weeks has thousands. */
  readonly waiting: readonly ShownWaiting[];
  readonly refused: readonly ShownAnswer[];
  readonly sent: readonly ShownAnswer[];
}

export type ShownLine =
  | { readonly status: 'open'; readonly since?: number }
  | { readonly status: 'resting'; readonly failures: number; readonly until: number; readonly trouble: Trouble }
  | { readonly status: 'held'; readonly trouble: Trouble };

/** @param length of each list */
export function snapshotOf(agent: StationAgent, length: number): Snapshot {
  const { outbox, dispatcher, settings } = agent;
  const now = Date.now();
  const { sending } = dispatcher;
  return {
    now,
    startedAt: agent.startedAt,
    folder: settings.folder,
    server: settings.server.href,
    paused: outbox.paused,
    line: shownLine(dispatcher.line),
    trouble: agent.trouble ?? null,
    sending: sending ? { ...shownWaiting(sending.entry), since: sending.since } : null,
    counts: outbox.counts(new Date(now).setHours(0, 0, 0, 0)),
    waiting: outbox.waiting(length).map(shownWaiting),
    refused: outbox.refusals(Number.MAX_SAFE_INTEGER, length).map(shownAnswer),
    sent: outbox.sent(Number.MAX_SAFE_INTEGER, length).map(shownAnswer),
  };
}

const shownWaiting = ({ id, name, size, takenAt }: WaitingEntry): ShownWaiting => ({ id, name, size, takenAt });

export const shownAnswer = ({ id, name, size, takenAt, verdict, answeredAt, filedAs }: ListedAnswer): ShownAnswer => ({
  id,
  name,
  size,
  takenAt,
  verdict,
  answeredAt,
  filedAs,
});

/** Without the mark of the token. */
function shownLine(line: LineState): ShownLine {
  return line.status === 'held' ? { status: 'held', trouble: line.trouble } : line;
}

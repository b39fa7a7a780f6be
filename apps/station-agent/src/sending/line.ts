/** What the agent knows of its line to the server, and when it may try it again. */
import { restAfter, type BackOffSchedule } from './back-off.js';
import type { AttemptResult } from './answers.js';
import type { Trouble } from './troubles.js';

export type LineState =
  /** `since` the first answer after the last failure; absent before the first answer. */
  | { readonly status: 'open'; readonly since?: number }
  | { readonly status: 'resting'; readonly failures: number; readonly until: number; readonly trouble: Trouble }
  /** Nothing can go out with this token. */
  | { readonly status: 'held'; readonly token: string; readonly trouble: Trouble };

export type LineEvent =
  | { readonly type: 'ServerAnswered'; readonly at: number }
  | { readonly type: 'AttemptFailed'; readonly trouble: Trouble; readonly until: number }
  | { readonly type: 'TokenRefused'; readonly trouble: Trouble; readonly token: string }
  | { readonly type: 'TokenChanged' }
  | { readonly type: 'SendingAsked' };

export const initialLine: LineState = { status: 'open' };

export interface Moment {
  readonly at: number;
  /** At least 0, below 1. */
  readonly random: number;
  /** Digest of the token that was used. */
  readonly token: string;
}

/** What an attempt tells of the line. */
export function decideAttempt(
  result: AttemptResult,
  state: LineState,
  { at, random, token }: Moment,
  schedule?: BackOffSchedule,
): LineEvent {
  switch (result.kind) {
    case 'answered':
      return { type: 'ServerAnswered', at };
    case 'held':
      return { type: 'TokenRefused', trouble: result.trouble, token };
    case 'try-again': {
      const failures = failuresOf(state) + 1;
      return {
        type: 'AttemptFailed',
        trouble: result.trouble,
        until: at + restAfter(failures, random, result.afterMs, schedule),
      };
    }
    default:
      return result satisfies never;
  }
}

/** A token other than the one that was refused lifts the hold. */
export function decideToken(state: LineState, token: string | undefined): readonly LineEvent[] {
  return state.status === 'held' && token !== undefined && token !== state.token ? [{ type: 'TokenChanged' }] : [];
}

export function evolve(state: LineState, event: LineEvent): LineState {
  switch (event.type) {
    case 'ServerAnswered':
      return state.status === 'open' && state.since !== undefined ? state : { status: 'open', since: event.at };
    case 'AttemptFailed':
      return {
        status: 'resting',
        failures: failuresOf(state) + 1,
        until: event.until,
        trouble: event.trouble,
      };
    case 'TokenRefused':
      return { status: 'held', token: event.token, trouble: event.trouble };
    case 'TokenChanged':
    case 'SendingAsked':
      // The failures so far are remembered until an answer comes: asking again and again does not make the rests short.
      return state.status === 'resting' ? { ...state, until: 0 } : state.status === 'held' ? initialLine : state;
    default:
      return event satisfies never;
  }
}

/** Milliseconds until the next attempt may be made; infinite while the token is refused. */
export function waitOf(state: LineState, now: number): number {
  switch (state.status) {
    case 'open':
      return 0;
    case 'resting':
      return Math.max(0, state.until - now);
    case 'held':
      return Number.POSITIVE_INFINITY;
    default:
      return state satisfies never;
  }
}

export const failuresOf = (state: LineState): number => (state.status === 'resting' ? state.failures : 0);

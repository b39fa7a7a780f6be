/** A subscription as its facts leave it. Pure. */
import type { Position, RecordedEvent, Revision } from '#event-store/event-store.js';
import type {
  DeliveryFault,
  OffReason,
  SubscriptionDefinition,
  SubscriptionEvent,
  SubscriptionRights,
} from './subscription-events.js';

export type SubscriptionStatus = 'requested' | 'active' | 'error' | 'off';

export interface SubscriptionState {
  readonly id: string;
  readonly owner: string;
  readonly rights: SubscriptionRights;
  readonly definition: SubscriptionDefinition;
  readonly sealedChannel: string;
  readonly status: SubscriptionStatus;
  readonly offReason?: OffReason;
  readonly failing?: { readonly since: string; readonly fault: DeliveryFault };
  readonly deleted?: true;
  /** Of the resource as it is shown: one more with each change of it. */
  readonly version: number;
  /** The version that was asked for last; the endpoint is greeted with a handshake for it. */
  readonly asked: number;
  readonly greeted: boolean;
  /** ISO 8601: of the newest version. */
  readonly updated: string;
  /** Of the stream. */
  readonly revision: Revision;
  /** Everything in the log up to here has been looked at. */
  readonly through: Position;
  /** Number of the newest event; they are numbered from 1. */
  readonly last: number;
  /** The endpoint has taken everything up to this number. */
  readonly delivered: number;
}

/** `undefined` before the first fact. */
export function evolveSubscription(
  state: SubscriptionState | undefined,
  recorded: RecordedEvent,
): SubscriptionState | undefined {
  const { stream, revision, position, recordedAt } = recorded;
  const event = { type: recorded.type, data: recorded.data } as SubscriptionEvent;
  if (event.type === 'SubscriptionRequested') {
    return {
      id: decodeURIComponent(stream.slice('subscription-'.length)),
      ...event.data,
      status: 'requested',
      version: 1,
      asked: 1,
      greeted: false,
      updated: recordedAt,
      revision,
      through: position,
      last: 0,
      delivered: 0,
    };
  }
  if (!state || state.deleted) return state && { ...state, revision };
  const next = changed(state, event, position);
  return { ...next, revision, ...(next.version > state.version && { updated: recordedAt }) };
}

function changed(
  state: SubscriptionState,
  event: Exclude<SubscriptionEvent, { readonly type: 'SubscriptionRequested' }>,
  position: Position,
): SubscriptionState {
  const { offReason: _off, failing: _failing, ...plain } = state;
  const version = state.version + 1;
  switch (event.type) {
    case 'SubscriptionChanged':
      // What nobody looked at while it was off is not told afterwards.
      return {
        ...plain,
        ...event.data,
        status: 'requested',
        version,
        asked: version,
        greeted: false,
        through: isNoticing(state) ? state.through : position,
      };
    case 'SubscriptionActivated':
      return state.status !== 'off' && !state.greeted && event.data.asked === state.asked
        ? { ...plain, status: 'active', greeted: true, version }
        : state;
    case 'SubscriptionFailed':
      return state.status === 'off' ? state : { ...plain, status: 'error', failing: event.data, version };
    case 'SubscriptionRecovered':
      return state.status === 'error' ? { ...plain, status: 'active', version } : state;
    case 'SubscriptionSwitchedOff':
      return { ...plain, status: 'off', offReason: event.data.reason, version };
    case 'SubscriptionDeleted':
      return { ...plain, status: 'off', deleted: true, version };
    case 'EventsNoticed': {
      const { first, through, events } = event.data;
      const count = events.reduce((sum, { changes }) => sum + changes.length, 0);
      return { ...state, through, last: first + count - 1 };
    }
    case 'EventsDelivered':
      return { ...state, delivered: Math.max(state.delivered, event.data.through) };
    default:
      return event satisfies never;
  }
}

/** Whether events are still numbered for it: one whose endpoint was given up finds all of them when it is back. */
export const isNoticing = ({ status, offReason, deleted }: SubscriptionState): boolean =>
  deleted !== true && (status !== 'off' || offReason === 'gave-up');

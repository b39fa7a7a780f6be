import type { RecordedEvent } from '#event-store/event-store.js';
import { BulkInsert, KeyedStatement, replaceOnConflict } from '#projections/bulk-statements.js';
import type { SqlValue } from '#projections/projection.js';
import type { CreateProjection } from '#projections/view-host.js';
import type { NoticedEvent, SubscriptionEvent } from './subscription-events.js';
import { evolveSubscription, isNoticing, type SubscriptionState } from './subscription-state.js';

const subscriptionTable = {
  name: 'subscription',
  columns: ['id', 'owner', 'status', 'noticing', 'deleted', 'topic', 'endpoint', 'delivered', 'body'],
} as const;
const noticeTable = {
  name: 'notice',
  columns: ['subscription', 'number', 'event', 'recorded', 'type', 'resource', 'change'],
} as const;

const insertSubscriptions = new BulkInsert(subscriptionTable, replaceOnConflict('id', subscriptionTable.columns));
const insertNotices = new BulkInsert(noticeTable);
const selectSubscriptions = new KeyedStatement('select id, body from subscription where id in');
const deleteNotices = new KeyedStatement('delete from notice where subscription in');

/** Subscriptions as they stand, and what each was told of by number. */
export const createProjection: CreateProjection = () => ({
  name: 'subscriptions',
  version: 1,
  filter: { categories: ['subscription'] },
  schema: [
    `create table subscription (id text primary key, owner text not null, status text not null, noticing integer not null,
      deleted integer not null, topic text not null, endpoint integer not null, delivered bigint not null, body text not null)`,
    `create table notice (subscription text not null, number bigint not null, event text not null, recorded text not null,
      type text not null, resource text not null, change text not null, primary key (subscription, number))`,
    'create index subscription_owner on subscription (owner, id)',
    'create index subscription_status on subscription (status, id)',
  ],
  appliesBy: [],
  async apply(events, view) {
    const states = new Map<string, SubscriptionState | undefined>();
    for (const { id, body } of await selectSubscriptions.query<{ readonly id: string; readonly body: string }>(
      view,
      new Set(events.map(idOf)),
    ))
      states.set(id, JSON.parse(body) as SubscriptionState);
    const notices: SqlValue[][] = [];
    const deleted = new Set<string>();
    for (const event of events) {
      const id = idOf(event);
      const after = evolveSubscription(states.get(id), event);
      states.set(id, after);
      if (after?.deleted) deleted.add(id);
      const fact = { type: event.type, data: event.data } as SubscriptionEvent;
      if (fact.type === 'EventsNoticed') notices.push(...noticesOf(id, fact.data.first, fact.data.events));
    }
    await insertSubscriptions.run(view, [...states.values()].filter((state) => state !== undefined).map(rowOf));
    await insertNotices.run(view, notices);
    await deleteNotices.execute(view, deleted);
  },
});

const idOf = ({ stream }: RecordedEvent): string => decodeURIComponent(stream.slice('subscription-'.length));

const rowOf = (state: SubscriptionState): SqlValue[] => [
  state.id,
  state.owner,
  state.status,
  isNoticing(state) ? 1 : 0,
  state.deleted ? 1 : 0,
  state.definition.topic,
  state.definition.hasEndpoint ? 1 : 0,
  state.delivered,
  JSON.stringify(state),
];

function noticesOf(subscription: string, first: number, events: readonly NoticedEvent[]): SqlValue[][] {
  const rows = events.flatMap(({ event, recordedAt, changes }) =>
    changes.map(({ type, id, change }) => [event, recordedAt, type, id, change]),
  );
  return rows.map((row, index) => [subscription, first + index, ...row]);
}

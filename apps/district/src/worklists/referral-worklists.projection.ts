import type { RecordedEvent } from '#event-store/event-store.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { referralId } from '#domain/referrals/referral-key.js';
import {
  evolveReferral,
  initialReferral,
  isAttended,
  type KnownReferral,
  type ReferralState,
} from '#domain/referrals/referral-state.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import { followMerge } from './merged-residents.js';
import type { CreateProjection } from '#projections/view-host.js';
import { BulkInsert, KeyedStatement } from '#projections/bulk-statements.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';

const referralTypes = [
  'ReferralIssued',
  'ReferralReceived',
  'ReferralAccepted',
  'ReferralDeclined',
  'ReferralRedirected',
  'PatientArrived',
  'PatientDidNotArrive',
  'ReferralAnswered',
  'PatientReferredBack',
  'ReferralClosed',
  'ReferralCancelled',
  'ReferralExpired',
] as const satisfies readonly ReferralEvent['type'][];

type NamingEvent = Extract<ResidentEvent, { type: 'ResidentRegistered' | 'ResidentDetailsCorrected' }>;
type MergeEvent = Extract<ResidentEvent, { type: 'ResidentsMerged' | 'ResidentsUnmerged' }>;
const mergeTypes = ['ResidentsMerged', 'ResidentsUnmerged'] as const satisfies readonly MergeEvent['type'][];
const namingTypes = [
  'ResidentRegistered',
  'ResidentDetailsCorrected',
] as const satisfies readonly NamingEvent['type'][];

type Applied = RecordedEvent & (ReferralEvent | NamingEvent | MergeEvent);

const schema = [
  // `state` is the referral as the domain knows it, JSON; the columns beside it are what worklists are searched and ordered by.
  `create table referral (
    id text primary key,
    sender text not null,
    addressee text not null,
    status text not null,
    referred_at text not null,
    changed_at text not null,
    valid_until text,
    resident text not null,
    revision bigint not null,
    state text not null
  )`,
  'create index referral_outgoing on referral (sender, referred_at, id)',
  'create index referral_outgoing_by_status on referral (sender, status, referred_at, id)',
  'create index referral_incoming on referral (addressee, referred_at, id)',
  'create index referral_incoming_by_status on referral (addressee, status, referred_at, id)',
  'create index referral_by_validity on referral (status, valid_until, id)',
  `create table referral_step (
    position bigint primary key,
    referral text not null,
    revision bigint not null,
    type text not null,
    status text not null,
    sender text not null,
    addressee text not null,
    recorded_at text not null,
    data text not null
  )`,
  // Which steps concern whom: the sender, and everybody the referral was addressed to by then.
  `create table referral_feed (
    facility text not null,
    position bigint not null,
    primary key (facility, position)
  )`,
  `create table resident (
    id text primary key,
    name text not null,
    sex text not null,
    birth_year integer
  )`,
  // Records that are part of another: into which each was joined, and which one goes on.
  'create table merged (joined text primary key, into_resident text not null, survivor text not null)',
  'create index merged_into on merged (into_resident)',
  'create index merged_survivor on merged (survivor)',
];

const selectReferrals = new KeyedStatement('select id, state from referral where id in');
const writeReferrals = new BulkInsert(
  {
    name: 'referral',
    columns: [
      'id',
      'sender',
      'addressee',
      'status',
      'referred_at',
      'changed_at',
      'valid_until',
      'resident',
      'revision',
      'state',
    ],
  },
  `on conflict (id) do update set addressee = excluded.addressee, status = excluded.status, referred_at = excluded.referred_at,
   changed_at = excluded.changed_at, valid_until = excluded.valid_until, resident = excluded.resident,
   revision = excluded.revision, state = excluded.state`,
);
const insertSteps = new BulkInsert({
  name: 'referral_step',
  columns: ['position', 'referral', 'revision', 'type', 'status', 'sender', 'addressee', 'recorded_at', 'data'],
});
const insertFeed = new BulkInsert({ name: 'referral_feed', columns: ['facility', 'position'] });
const writeResidents = new BulkInsert(
  { name: 'resident', columns: ['id', 'name', 'sex', 'birth_year'] },
  'on conflict (id) do update set name = excluded.name, sex = excluded.sex, birth_year = excluded.birth_year',
);

/** Who has which referrals in hand, and what has happened to them. */
export const createProjection: CreateProjection = () => ({
  name: 'referral-worklists',
  version: 2,
  filter: { types: [...referralTypes, ...namingTypes, ...mergeTypes] },
  schema,
  appliesBy: ['merged_into', 'merged_survivor'],
  apply: async (items, view) => {
    const events = items as readonly Applied[];
    const referrals = await storedReferrals(events, view);
    const touched = new Map<
      string,
      { readonly state: KnownReferral; readonly revision: number; readonly changedAt: string }
    >();
    const names = new Map<string, NamingEvent>();
    const steps: SqlValue[][] = [];
    const feed: SqlValue[][] = [];
    for (const event of events) {
      if (isNaming(event)) {
        names.set(event.data.resident, event);
        continue;
      }
      if (isMerge(event)) {
        await followMerge(event, view);
        continue;
      }
      const id = referralId(event.data.referral);
      const state = evolveReferral(referrals.get(id) ?? initialReferral, event);
      if (state.status === 'unknown') throw new Error(`${event.type} of a referral that nobody issued`);
      referrals.set(id, state);
      touched.set(id, { state, revision: event.revision, changedAt: event.data.at });
      steps.push(stepRow(id, event, state));
      for (const facility of new Set([state.referral.from, ...state.addressees])) feed.push([facility, event.position]);
    }
    await insertSteps.run(view, steps);
    await insertFeed.run(view, feed);
    await writeReferrals.run(
      view,
      [...touched].map(([id, { state, revision, changedAt }]) => referralRow(id, state, revision, changedAt)),
    );
    await writeResidents.run(view, [...names.values()].map(residentRow));
  },
});

async function storedReferrals(events: readonly Applied[], view: ViewTransaction): Promise<Map<string, ReferralState>> {
  const ids = new Set(
    events.flatMap((event) => (isNaming(event) || isMerge(event) ? [] : [referralId(event.data.referral)])),
  );
  const rows = await selectReferrals.query<{ id: string; state: string }>(view, ids);
  return new Map(rows.map(({ id, state }) => [id, JSON.parse(state) as KnownReferral]));
}

function stepRow(id: string, event: RecordedEvent & ReferralEvent, state: KnownReferral): SqlValue[] {
  const { referral: _, ...data } = event.data;
  return [
    event.position,
    id,
    event.revision,
    event.type,
    state.status,
    state.referral.from,
    state.to,
    event.recordedAt,
    JSON.stringify(data),
  ];
}

function referralRow(id: string, state: KnownReferral, revision: number, changedAt: string): SqlValue[] {
  return [
    id,
    state.referral.from,
    state.to,
    state.status,
    state.issue?.paper.issuedAt ?? (isAttended(state) ? state.arrival.at : changedAt),
    changedAt,
    state.issue?.validUntil ?? null,
    state.resident,
    revision,
    JSON.stringify(state),
  ];
}

function residentRow({ data: { resident, details } }: NamingEvent): SqlValue[] {
  const birthYear = details.birthDate === undefined ? null : Number(details.birthDate.slice(0, 4));
  return [resident, details.name, details.sex, birthYear];
}

function isNaming(event: Applied): event is RecordedEvent & NamingEvent {
  return event.type === 'ResidentRegistered' || event.type === 'ResidentDetailsCorrected';
}

function isMerge(event: Applied): event is RecordedEvent & MergeEvent {
  return event.type === 'ResidentsMerged' || event.type === 'ResidentsUnmerged';
}

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
import type { CreateProjection } from '#projections/view-host.js';
import type { ViewTransaction } from '#projections/projection.js';

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
const namingTypes = [
  'ResidentRegistered',
  'ResidentDetailsCorrected',
] as const satisfies readonly NamingEvent['type'][];

type Applied = RecordedEvent & (ReferralEvent | NamingEvent);

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
];

/** Who has which referrals in hand, and what has happened to them. */
export const createProjection: CreateProjection = () => ({
  name: 'referral-worklists',
  version: 1,
  filter: { types: [...referralTypes, ...namingTypes] },
  schema,
  apply: async (items, view) => {
    const events = items as readonly Applied[];
    const referrals = await storedReferrals(events, view);
    const touched = new Map<
      string,
      { readonly state: KnownReferral; readonly revision: number; readonly changedAt: string }
    >();
    const names = new Map<string, NamingEvent>();
    for (const event of events) {
      if (isNaming(event)) {
        names.set(event.data.resident, event);
        continue;
      }
      const id = referralId(event.data.referral);
      const state = evolveReferral(referrals.get(id) ?? initialReferral, event);
      if (state.status === 'unknown') throw new Error(`${event.type} of a referral that nobody issued`);
      referrals.set(id, state);
      touched.set(id, { state, revision: event.revision, changedAt: event.data.at });
      await recordStep(id, event, state, view);
    }
    for (const [id, { state, revision, changedAt }] of touched)
      await writeReferral(id, state, revision, changedAt, view);
    for (const { data } of names.values()) await writeResident(data, view);
  },
});

/** One query for all referrals of a batch; asked for in powers of two, so that the database sees few different statements. */
async function storedReferrals(events: readonly Applied[], view: ViewTransaction): Promise<Map<string, ReferralState>> {
  const ids = [...new Set(events.flatMap((event) => (isNaming(event) ? [] : [referralId(event.data.referral)])))];
  if (ids.length === 0) return new Map();
  const asked = Array.from({ length: 2 ** Math.ceil(Math.log2(ids.length)) }, (_, index) => ids[index] ?? '');
  const rows = await view.query<{ id: string; state: string }>(
    `select id, state from referral where id in (${asked.map(() => '?').join(', ')})`,
    asked,
  );
  return new Map(rows.map(({ id, state }) => [id, JSON.parse(state) as KnownReferral]));
}

async function recordStep(
  id: string,
  event: RecordedEvent & ReferralEvent,
  state: KnownReferral,
  view: ViewTransaction,
): Promise<void> {
  const { referral: _, ...data } = event.data;
  await view.execute(
    `insert into referral_step (position, referral, revision, type, status, sender, addressee, recorded_at, data)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      event.position,
      id,
      event.revision,
      event.type,
      state.status,
      state.referral.from,
      state.to,
      event.recordedAt,
      JSON.stringify(data),
    ],
  );
  for (const facility of new Set([state.referral.from, ...state.addressees])) {
    await view.execute('insert into referral_feed (facility, position) values (?, ?)', [facility, event.position]);
  }
}

async function writeReferral(
  id: string,
  state: KnownReferral,
  revision: number,
  changedAt: string,
  view: ViewTransaction,
): Promise<void> {
  await view.execute(
    `insert into referral (id, sender, addressee, status, referred_at, changed_at, valid_until, resident, revision, state)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set addressee = excluded.addressee, status = excluded.status, referred_at = excluded.referred_at,
       changed_at = excluded.changed_at, valid_until = excluded.valid_until, resident = excluded.resident,
       revision = excluded.revision, state = excluded.state`,
    [
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
    ],
  );
}

async function writeResident({ resident, details }: NamingEvent['data'], view: ViewTransaction): Promise<void> {
  await view.execute(
    `insert into resident (id, name, sex, birth_year) values (?, ?, ?, ?)
     on conflict (id) do update set name = excluded.name, sex = excluded.sex, birth_year = excluded.birth_year`,
    [
      resident,
      details.name,
      details.sex,
      details.birthDate === undefined ? null : Number(details.birthDate.slice(0, 4)),
    ],
  );
}

function isNaming(event: Applied): event is RecordedEvent & NamingEvent {
  return event.type === 'ResidentRegistered' || event.type === 'ResidentDetailsCorrected';
}

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { CareLevel, FacilityKind } from '#domain/facilities/facility-events.js';
import type { FacilityCode } from '#domain/ids.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore, RecordedEvent } from '#event-store/event-store.js';
import type { View } from '#projections/view-host.js';
import { ofOneProcess, type Registrations } from '../src/identity/registrations.js';
import { ResidentIndex } from '../src/identity/resident-index.js';
import { MatchReviews } from '../src/reviews/match-reviews.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { ResidentIdentity } from '../src/identity/resident-identity.js';
import { Intake, type IntakeAnswer } from '../src/intake/intake.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import type { ReceivedMessage } from '../src/intake/message.js';
import { RecordIntake } from '../src/intake/record-intake.js';
import { ReferralIntake } from '../src/intake/referral-intake.js';
import { KeyedMutex } from '../src/keyed-mutex.js';
import { EmbeddedOriginals } from '../src/originals/embedded-originals.js';
import type { Originals } from '../src/originals/originals.js';

export const station = '08Z11' as FacilityCode;
export const otherStation = '08Z12' as FacilityCode;
export const hospital = '08Z01' as FacilityCode;

export interface IntakeHarness {
  readonly store: EventStore;
  readonly originals: Originals;
  readonly intake: Intake;
  /** Another replica of the service on the same store. */
  replica(): Intake;
  post(facility: FacilityCode, body: unknown, options?: { key?: string; contentType?: string }): Promise<IntakeAnswer>;
  events(category?: string): Promise<readonly RecordedEvent[]>;
  /** The view of matching has everything that is in the log. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param options.folder kept when the harness closes; without it a temporary one is made and removed
 * @param options.matching people without a number are found by likeness, in a view that is kept
 */
export async function openIntake(
  options: {
    readonly folder?: string;
    readonly places?: PlaceRegister;
    readonly matching?: true;
    readonly registrations?: (view: View) => Registrations;
  } = {},
): Promise<IntakeHarness> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'lien-tuyen-intake-')));
  const store = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
  const originals = new EmbeddedOriginals(join(folder, 'originals.sqlite'));
  const views = options.matching
    ? await createEmbeddedViewHost({ eventStoreFile: join(folder, 'events.sqlite'), folder: join(folder, 'views') })
    : undefined;
  const view = await views?.add({
    module: new URL('../src/identity/resident-index.projection.js', import.meta.url),
  });
  const identityKey = Buffer.alloc(32, 'test');
  const facilities = registerOfThree();
  const replica = (): Intake => {
    const identity = new ResidentIdentity(
      store,
      identityKey,
      view && {
        index: new ResidentIndex(view, options.places ?? new PlaceRegister([])),
        reviews: new MatchReviews(store),
        registrations: options.registrations?.(view) ?? ofOneProcess,
      },
    );
    const records = new RecordIntake(store, identity, new ReferralIntake(store, facilities), new KeyedMutex());
    return new Intake(originals, new MessageJournal(store), records, new KeyedMutex(), options.places);
  };
  const intake = replica();
  return {
    store,
    originals,
    intake,
    replica,
    post: (facility, body, options) => intake.receive(message(facility, body, options)),
    async events(category) {
      const found: RecordedEvent[] = [];
      for await (const batch of store.readAll(category === undefined ? {} : { filter: { categories: [category] } })) {
        found.push(...batch.events);
      }
      return found;
    },
    async settled() {
      await view?.waitFor(await store.head(), 10_000);
    },
    async close() {
      await views?.close();
      await originals.close();
      await store.close();
      if (options.folder === undefined) await rm(folder, { recursive: true });
    },
  };
}

/** A body as it is posted: bytes as they are, text as UTF-8, anything else as JSON. */
export function message(
  facility: FacilityCode,
  content: unknown,
  { key, contentType }: { key?: string; contentType?: string } = {},
): ReceivedMessage {
  const raw = typeof content === 'string' || content instanceof Uint8Array;
  const body =
    content instanceof Uint8Array ? content : Buffer.from(raw ? (content as string) : JSON.stringify(content));
  return {
    facility,
    actor: `station:${facility}`,
    contentType: contentType ?? (raw ? 'application/xml' : 'application/json'),
    receivedAt: new Date().toISOString(),
    digest: createHash('sha256').update(body).digest('hex'),
    body,
    ...(key !== undefined && { idempotencyKey: key }),
  };
}

export interface PersonCommand {
  readonly name: string;
  readonly sex: 'male' | 'female';
  readonly birthDate?: string;
  readonly identifiers?: readonly { readonly system: string; readonly value: string }[];
  readonly cards?: readonly { readonly number: string }[];
  readonly residence?: { readonly communeCode: string };
}

/** Synthetic. */
export const testPerson = (changes: Partial<PersonCommand> = {}): PersonCommand => ({
  name: 'Nông Thị Thử Nghiệm',
  sex: 'female',
  birthDate: '1961-05-11',
  identifiers: [{ system: 'national-id', value: '008161000001' }],
  residence: { communeCode: '02302' },
  ...changes,
});

export const visitCommand = (
  episode: string,
  changes: { readonly person?: PersonCommand; readonly visit?: object } = {},
): object => ({
  command: 'record-visit',
  person: changes.person ?? testPerson(),
  visit: {
    episode,
    start: '2026-10-05T08:30:00+07:00',
    end: '2026-10-05T09:10:00+07:00',
    diagnoses: [{ code: 'I10', role: 'main' }],
    ...changes.visit,
  },
});

/** An insurance envelope (QĐ 4750) of the station, one HOSO each. */
export const envelope = (...records: readonly { readonly episode: string; readonly reason: string }[]): string => {
  const record = ({ episode, reason }: { readonly episode: string; readonly reason: string }): string =>
    `<HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE><TONG_HOP>
      <MA_LK>${episode}</MA_LK><STT>1</STT><HO_TEN>${testPerson().name}</HO_TEN><SO_CCCD>008161000001</SO_CCCD>
      <NGAY_SINH>196105110000</NGAY_SINH><GIOI_TINH>2</GIOI_TINH><MAXA_CU_TRU>02302</MAXA_CU_TRU>
      <LY_DO_VV>${reason}</LY_DO_VV><MA_BENH_CHINH>I10</MA_BENH_CHINH>
      <NGAY_VAO>202610050830</NGAY_VAO><NGAY_RA>202610050910</NGAY_RA><MA_CSKCB>${station}</MA_CSKCB>
    </TONG_HOP></NOIDUNGFILE></FILEHOSO></HOSO>`;
  return `<GIAMDINHHS><THONGTINDONVI><MACSKCB>${station}</MACSKCB></THONGTINDONVI><THONGTINHOSO>
    <SOLUONGHOSO>${records.length}</SOLUONGHOSO><DANHSACHHOSO>${records.map(record).join('')}</DANHSACHHOSO>
  </THONGTINHOSO></GIAMDINHHS>`;
};

export const referralCommand = (number: string, person = testPerson()): object => ({
  command: 'issue-referral',
  person,
  referral: {
    number,
    to: hospital,
    issuedAt: '2026-10-05T09:15:00+07:00',
    diagnoses: [{ code: 'I10', role: 'main' }],
  },
});

function registerOfThree(): FacilityRegister {
  const register = new FacilityRegister();
  const add = (code: FacilityCode, kind: FacilityKind, careLevel: CareLevel): void =>
    register.apply({
      type: 'FacilityRegistered',
      data: { facility: { code, name: `Cơ sở ${code} (giả lập)`, kind, careLevel, provinceCode: '08', places: [] } },
    });
  add(station, 'commune-station', 'initial');
  add(otherStation, 'commune-station', 'initial');
  add(hospital, 'district-health-centre', 'basic');
  return register;
}

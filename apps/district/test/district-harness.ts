/** The district service listening on a port of its own, and the ways to ask it. All data is synthetic. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { CareLevel, FacilityKind } from '#domain/facilities/facility-events.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import { decideReferral } from '#domain/referrals/decide-referral.js';
import type { IssueReferral, ReferralCommand } from '#domain/referrals/referral-commands.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { replayReferral } from '#domain/referrals/referral-state.js';
import { residentStream } from '#domain/streams.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, type RecordedEvent, streamName } from '#event-store/event-store.js';
import { readConfiguration } from '#platform/configuration.js';
import { finishRequests } from '#platform/http/finish-requests.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { PlatformModule } from '#platform/platform.module.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import type { View } from '#projections/view-host.js';
import type { CallerKind } from '#security/caller.js';
import { openSecrets } from '#security/secrets.js';
import { SecurityModule } from '#security/security.module.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { DistrictModule } from '../src/district.module.js';
import { streamOf } from '../src/referral-stream.js';
import { WORKLISTS } from '../src/worklists/worklist-reader.js';
import { memoryAudit } from '../../../libs/security/test/memory-audit.js';

export const station = '08Z11' as FacilityCode;
export const otherStation = '08Z12' as FacilityCode;
export const hospital = '08Z01' as FacilityCode;
export const provincial = '08Z00' as FacilityCode;

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly etag: string | null;
}

export interface DistrictHarness {
  readonly address: string;
  readonly application: NestFastifyApplication;
  readonly store: EventStore;
  /** Everything in the log. */
  events(): Promise<readonly RecordedEvent[]>;
  /** Resolves when the view has everything that is in the log now. */
  settled(): Promise<void>;
  token(kind: CallerKind, facility?: FacilityCode): Promise<string>;
  register(name: string, birthYear: number): Promise<ResidentId>;
  /** What a message would bring: decided and appended. */
  record(command: ReferralCommand): Promise<void>;
  get<Body = Record<string, unknown>>(path: string, facility?: FacilityCode): Promise<Answer<Body>>;
  post<Body = Record<string, unknown>>(
    path: string,
    facility: FacilityCode,
    ifMatch: string | undefined,
    body?: object,
  ): Promise<Answer<Body>>;
  close(): Promise<void>;
}

export async function openDistrict(): Promise<DistrictHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-district-'));
  const eventStoreFile = join(folder, 'events.sqlite');
  const store = await openEmbeddedEventStore({ file: eventStoreFile });
  const views = await createEmbeddedViewHost({ eventStoreFile, folder: join(folder, 'views') });
  const secrets = openSecrets(join(folder, 'keys.json'));
  const stopping = new AbortController();
  const issuer = new TokenIssuer(secrets);
  const logger = pino({ level: 'silent' });
  const metrics = new Registry();

  @Module({ imports: [DistrictModule] })
  class TestApplication {}

  const parts = {
    configuration: readConfiguration({}),
    secrets,
    logger,
    metrics,
    events: store,
    views,
    facilities: facilities(),
    places: new PlaceRegister([]),
    stopping: stopping.signal,
  };
  const application = await createHttpApplication(
    { module: TestApplication, imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(memoryAudit().trail)] },
    parts,
  );
  await application.listen(0, '127.0.0.1');
  const address = await application.getUrl();

  const view = application.get<View>(WORKLISTS, { strict: false });
  const settled = async (): Promise<void> => {
    if (!(await view.waitFor(await store.head(), 10_000))) throw new Error('The view did not catch up');
  };

  const token = (kind: CallerKind, facility?: FacilityCode): Promise<string> =>
    issuer.issue({ kind, hours: 1, ...(facility && { facility }) });
  const tokens = new Map<FacilityCode, string>();
  const tokenOf = async (facility: FacilityCode): Promise<string> => {
    const known = tokens.get(facility) ?? (await token(facility.startsWith('08Z0') ? 'hospital' : 'station', facility));
    tokens.set(facility, known);
    return known;
  };
  async function ask<Body>(
    path: string,
    facility: FacilityCode | undefined,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer<Body>> {
    const headers = { ...init.headers, ...(facility && { authorization: `Bearer ${await tokenOf(facility)}` }) };
    const answer = await fetch(`${address}${path}`, { ...init, headers });
    const text = await answer.text();
    return {
      status: answer.status,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
      etag: answer.headers.get('etag'),
    };
  }

  return {
    address,
    application,
    store,
    settled,
    async events() {
      const found: RecordedEvent[] = [];
      for await (const { events } of store.readAll()) found.push(...events);
      return found;
    },
    token,
    async register(name, birthYear) {
      const resident = randomUUID() as ResidentId;
      const { category, key } = residentStream(resident);
      const data = {
        resident,
        details: { name, sex: 'female', birthDate: `${birthYear}` },
        identifiers: [],
        cards: [],
        registeredBy: station,
        observedOn: '2026-09-01',
      };
      await store.append(streamName(category, key), 'noStream', [
        { id: randomUUID(), type: 'ResidentRegistered', data, metadata: { occurredAt: '2026-09-01' } },
      ]);
      return resident;
    },
    async record(command) {
      const stream = streamOf(command.referral);
      const events = await store.readStream(stream);
      const decision = decideReferral(command, replayReferral(events as unknown as ReferralEvent[]));
      if (decision.outcome !== 'events') throw new Error(JSON.stringify(decision));
      await store.append(
        stream,
        'any',
        decision.events.map(({ type, data }) => ({ id: randomUUID(), type, data, metadata: { occurredAt: data.at } })),
      );
    },
    get: async (path, facility) => {
      await settled();
      return ask(path, facility);
    },
    post: (path, facility, ifMatch, body) =>
      ask(path, facility, {
        method: 'POST',
        headers: {
          ...(ifMatch !== undefined && { 'if-match': ifMatch }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    async close() {
      stopping.abort();
      await finishRequests(application.getHttpAdapter().getInstance(), 50);
      await application.close();
      await views.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A station's paper to the hospital. */
export function paperOf(
  number: string,
  resident: ResidentId,
  change: Partial<IssueReferral['paper']> = {},
): IssueReferral {
  const from = change.from ?? station;
  const referral = { from, number: number as IssueReferral['referral']['number'] };
  const issuedAt = change.issuedAt ?? ('2026-11-16T08:00:00+07:00' as IssueReferral['at']);
  const diagnoses = [{ code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' as const }];
  return {
    step: 'issue',
    referral,
    at: issuedAt,
    by: from,
    resident,
    direction: 'up',
    validity: 'ten-working-days',
    paper: { to: hospital, reasonCode: '1', diagnoses, ...change, number: referral.number, from, issuedAt },
  };
}

function facilities(): FacilityRegister {
  const register = new FacilityRegister();
  const add = (code: FacilityCode, name: string, kind: FacilityKind, careLevel: CareLevel): void =>
    register.apply({
      type: 'FacilityRegistered',
      data: { facility: { code, name, kind, careLevel, provinceCode: '08', places: [] } },
    });
  add(station, 'Trạm Y tế Xã Phúc Yên (giả lập)', 'commune-station', 'initial');
  add(otherStation, 'Trạm Y tế Xã Xuân Lập (giả lập)', 'commune-station', 'initial');
  add(hospital, 'Trung tâm Y tế Lâm Bình (giả lập)', 'district-health-centre', 'basic');
  add(provincial, 'Bệnh viện đa khoa tỉnh (giả lập)', 'provincial-hospital', 'specialised');
  return register;
}

/** Builders of recorded events. Every name and number is synthetic. */
import { createHash, randomUUID } from 'node:crypto';
import type { DateTime, LocalDate, PartialDate } from '#domain/dates.js';
import type { DomainEvent } from '#domain/domain-events.js';
import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type {
  EpisodeNumber,
  FacilityCode,
  ImmunizationId,
  ReferralNumber,
  ResidentId,
  ScreeningId,
} from '#domain/ids.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import type { ResidentDetails, ResidentIdentifier } from '#domain/residents/resident-content.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import {
  facilityStream,
  immunizationStream,
  referralStream,
  residentStream,
  screeningStream,
  type StreamKey,
  visitStream,
} from '#domain/streams.js';
import type { TransferPaper, VisitContent } from '#domain/visits/visit-content.js';
import type { ReferralEvent, ReferralKey } from '#domain/referrals/referral-events.js';
import { type RecordedEvent, streamName } from '#event-store/event-store.js';

export const facility = (code: string): FacilityCode => code as FacilityCode;
export const day = (text: string): LocalDate => text as LocalDate;
export const at = (text: string): DateTime => text as DateTime;

/** Appends in memory: gives events their positions, revisions and times. */
export class EventLog {
  readonly events: RecordedEvent[] = [];
  readonly #revisions = new Map<string, number>();

  /** Goes on where others have ended. */
  resume(events: readonly RecordedEvent[]): void {
    this.events.push(...events);
    for (const { stream, revision } of events) this.#revisions.set(stream, revision);
  }
  /** @param newId of events and of what they tell of; UUIDs */
  constructor(private readonly newId: () => string = randomUUID) {}

  record(
    key: StreamKey,
    event: DomainEvent,
    by: string,
    options: { readonly occurredAt?: string; readonly recordedAt?: string } = {},
  ): RecordedEvent {
    const stream = streamName(key.category, key.key);
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const position = this.events.length + 1;
    const recorded: RecordedEvent = {
      id: this.newId(),
      type: event.type,
      data: event.data,
      metadata: {
        occurredAt: options.occurredAt ?? '2026-10-28',
        facility: by,
        actor: `station:${by}`,
        source: { message: `message-${position}`, digest: createHash('sha256').update(String(position)).digest('hex') },
      },
      schemaVersion: 1,
      stream,
      revision,
      position,
      recordedAt: options.recordedAt ?? new Date(Date.UTC(2026, 10, 1) + position * 1000).toISOString(),
    };
    this.events.push(recorded);
    return recorded;
  }

  facility(details: Partial<FacilityDetails> & { readonly code: FacilityCode; readonly name: string }): void {
    const made: FacilityDetails = {
      kind: 'commune-station',
      careLevel: 'initial',
      provinceCode: '08',
      places: [],
      ...details,
    };
    this.record(facilityStream(made.code), { type: 'FacilityRegistered', data: { facility: made } }, made.code);
  }

  resident(
    name: string,
    by: string,
    details: Partial<ResidentDetails> = {},
    identifiers: readonly ResidentIdentifier[] = [],
  ): ResidentId {
    const resident = this.newId() as ResidentId;
    this.record(
      residentStream(resident),
      {
        type: 'ResidentRegistered',
        data: {
          resident,
          details: { name, sex: 'male', birthDate: '1951-08-02' as PartialDate, ...details },
          identifiers,
          cards: [],
          registeredBy: facility(by),
          observedOn: day('2026-09-01'),
        },
      },
      by,
    );
    return resident;
  }

  visit(
    resident: ResidentId,
    content: VisitContent,
    type: 'VisitRecorded' | 'VisitAmended' = 'VisitRecorded',
  ): RecordedEvent {
    const data = { resident, source: 'insurance-claim' as const, visit: content };
    return this.record(
      visitStream(content.facility, content.episode),
      type === 'VisitRecorded' ? { type, data } : { type, data: { ...data, changed: [] } },
      content.facility,
      { occurredAt: content.start },
    );
  }

  screening(
    resident: ResidentId,
    content: Partial<ScreeningContent> & { readonly facility: FacilityCode; readonly at: DateTime },
  ): RecordedEvent {
    const screening: ScreeningContent = {
      screening: this.newId() as ScreeningId,
      programme: 'hypertension',
      vitals: {},
      results: [],
      findings: [],
      ...content,
    };
    return this.record(
      screeningStream(screening.screening),
      { type: 'ScreeningCompleted', data: { resident, screening } },
      content.facility,
    );
  }

  immunization(
    resident: ResidentId,
    by: string,
    content: Pick<ImmunizationContent, 'vaccineName' | 'givenOn'> & Partial<ImmunizationContent>,
  ): RecordedEvent {
    const immunization: ImmunizationContent = {
      immunization: this.newId() as ImmunizationId,
      facility: facility(by),
      ...content,
    };
    return this.record(
      immunizationStream(immunization.immunization),
      { type: 'ImmunizationGiven', data: { resident, immunization } },
      by,
      { occurredAt: immunization.givenOn },
    );
  }

  referral(resident: ResidentId, paper: TransferPaper): ReferralKey {
    const key = { from: paper.from, number: paper.number };
    this.step({
      type: 'ReferralIssued',
      data: {
        referral: key,
        resident,
        at: paper.issuedAt,
        by: paper.from,
        paper,
        direction: 'up',
        validUntil: day('2026-12-01'),
      },
    });
    return key;
  }

  step(event: ReferralEvent): RecordedEvent {
    return this.record(referralStream(event.data.referral), event, event.data.by, { occurredAt: event.data.at });
  }
}

export function visitContent(
  by: string,
  episode: string,
  start: string,
  more: Partial<VisitContent> = {},
): VisitContent {
  return {
    facility: facility(by),
    episode: episode as EpisodeNumber,
    start: at(start),
    careType: '01',
    insured: true,
    cards: [],
    diagnoses: [],
    vitals: {},
    medications: [],
    services: [],
    results: [],
    notes: [],
    ...more,
  };
}

export function paper(from: string, to: string, number: string, issuedAt: string): TransferPaper {
  return {
    number: number as ReferralNumber,
    from: facility(from),
    to: facility(to),
    issuedAt: at(issuedAt),
    reasonCode: '1',
    diagnoses: [{ code: 'L30.9', display: 'Viêm da', role: 'main' }],
    clinicalSigns: 'Tỉnh, tiếp xúc tốt',
  };
}

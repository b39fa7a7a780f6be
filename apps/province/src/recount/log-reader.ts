import { setTimeout } from 'node:timers/promises';
import { type DateTime, dayPart, type LocalDate } from '#domain/dates.js';
import type { DomainEvent } from '#domain/domain-events.js';
import { isCode, type Residence } from '#domain/codes.js';
import { historyFacts } from '#domain/indicators/clinical-definitions.js';
import { type FigurePlaces, type StandingPlace, standingPlaces } from '#domain/indicators/figure-places.js';
import { laboratoryValues } from '#domain/indicators/laboratory-values.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { referralId } from '#domain/referrals/referral-key.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { EventStore, RecordedEvent } from '#event-store/event-store.js';
import type { ScratchStore } from './scratch-store.js';

/** Where reading stops: after a position that the log has, or at the first event recorded later than a moment. */
export type LogBound = { readonly position: number } | { readonly recordedUpTo: Date };

const categories = ['facility', 'resident', 'visit', 'screening', 'referral'];

/**
 * Reads the log from its beginning into a scratch store, event by event.
 * @returns position of the last event read
 */
export async function readLog(
  log: EventStore,
  scratch: ScratchStore,
  places: FigurePlaces,
  bound: LogBound,
  signal?: AbortSignal,
): Promise<number> {
  const reader = new LogReader(scratch, places);
  let last = 0;
  let reached = 0;
  for (;;) {
    for await (const { events, position } of log.readAll({ after: reached, filter: { categories }, batchSize: 500 })) {
      signal?.throwIfAborted();
      scratch.begin();
      try {
        for (const event of events) {
          if (isBeyond(event, bound)) return last;
          reader.read(event);
          last = event.position;
        }
      } finally {
        scratch.commit();
      }
      reached = position;
    }
    // A view may hear of an event a moment before this reader of the log does.
    if (!('position' in bound) || reached >= bound.position) return last;
    signal?.throwIfAborted();
    await setTimeout(5);
  }
}

const isBeyond = (event: RecordedEvent, bound: LogBound): boolean =>
  'position' in bound ? event.position > bound.position : Date.parse(event.recordedAt) > bound.recordedUpTo.getTime();

/** Notes what each event says; what it means for figures is worked out afterwards. */
class LogReader {
  readonly #scratch: ScratchStore;
  readonly #places: FigurePlaces;
  readonly #facilities = new Map<string, readonly StandingPlace[]>();

  constructor(scratch: ScratchStore, places: FigurePlaces) {
    this.#scratch = scratch;
    this.#places = places;
  }

  read(event: RecordedEvent): void {
    const { type, data } = { type: event.type, data: event.data } as DomainEvent;
    const { position } = event;
    switch (type) {
      case 'FacilityRegistered':
      case 'FacilityDetailsChanged':
        this.#facilities.set(data.facility.code, standingPlaces(data.facility));
        return;
      case 'ResidentRegistered': {
        this.#standsAt(data.resident, position, data.registeredBy);
        const { birthDate, residence } = data.details;
        this.#scratch.state(data.resident, position, {
          kind: 'registered',
          on: data.observedOn,
          facility: data.registeredBy,
          ...born(birthDate),
          ...(residence && { residence: codesOf(residence) }),
        });
        return;
      }
      case 'ResidentDetailsCorrected': {
        const residenceCorrected = data.changed.some((field) => field.startsWith('residence'));
        this.#scratch.state(data.resident, position, {
          kind: 'corrected',
          ...born(data.details.birthDate),
          ...(residenceCorrected && { residence: codesOf(data.details.residence ?? {}) }),
        });
        return;
      }
      case 'ResidentMoved':
        this.#scratch.state(data.resident, position, {
          kind: 'moved',
          on: data.observedOn,
          residence: codesOf(data.to),
        });
        return;
      case 'ResidentsMerged':
        this.#scratch.merged(data.resident, data.joined);
        return;
      case 'ResidentsUnmerged':
        this.#scratch.unmerged(data.resident, data.separated);
        return;
      case 'HealthHistoryRecorded':
        this.#scratch.state(data.resident, position, {
          kind: 'history',
          on: data.observedOn,
          ...historyFacts(data.history),
        });
        return;
      case 'VisitRecorded':
      case 'VisitAmended': {
        const { visit } = data;
        this.#encounter(`visit ${visit.facility}.${visit.episode}`, data.resident, position, visit, visit.start, {
          form: 'visit',
          insured: visit.insured,
          ...(visit.careType && { careType: visit.careType }),
          diagnoses: visit.diagnoses.filter(({ code }) => isCode(code)).map(({ code, role }) => ({ code, role })),
        });
        return;
      }
      case 'VisitRetracted':
        this.#scratch.retracted(`visit ${data.facility}.${data.episode}`);
        return;
      case 'ScreeningCompleted':
      case 'ScreeningAmended': {
        const { screening } = data;
        this.#encounter(`screening ${screening.screening}`, data.resident, position, screening, screening.at, {
          form: 'screening',
          insured: false,
          diagnoses: screening.findings
            .filter(({ code }) => isCode(code))
            .map(({ code }) => ({ code, role: 'comorbidity' })),
        });
        return;
      }
      case 'ScreeningRetracted':
        this.#scratch.retracted(`screening ${data.screening}`);
        return;
      default:
        if (event.stream.startsWith('referral-')) this.#referral({ type, data } as ReferralEvent, position);
    }
  }

  #encounter(
    key: string,
    resident: string,
    position: number,
    content: Pick<VisitContent | ScreeningContent, 'facility' | 'residence' | 'vitals' | 'results'>,
    at: DateTime,
    rest: Pick<Parameters<ScratchStore['told']>[3], 'form' | 'insured' | 'careType' | 'diagnoses'>,
  ): void {
    const { facility, residence, vitals, results } = content;
    const { systolic, diastolic } = vitals;
    this.#standsAt(resident, position, facility);
    const day = dayPart(at);
    this.#scratch.told(key, resident, position, {
      ...rest,
      facility,
      at,
      day,
      place: this.#placeOn(day, residence, facility),
      vitals: { ...(systolic !== undefined && { systolic }), ...(diastolic !== undefined && { diastolic }) },
      laboratory: laboratoryValues(results),
    });
  }

  #referral(event: ReferralEvent, position: number): void {
    const { referral, at } = event.data;
    const day = dayPart(at);
    const backPaper = event.type === 'PatientReferredBack' ? event.data.paper : undefined;
    this.#scratch.step(referralId(referral), position, {
      step: event.type,
      at,
      ...(event.type === 'ReferralIssued' && {
        issue: {
          direction: event.data.direction,
          facility: referral.from,
          place: this.#placeOn(day, event.data.residence, referral.from),
        },
      }),
      ...(backPaper && { backPaper: referralId(backPaper) }),
    });
  }

  #placeOn(day: LocalDate, residence: Residence | undefined, facility: string) {
    return this.#places.of(residence && codesOf(residence), day, day, this.#facilities.get(facility) ?? []);
  }

  /** Who has no known residence counts where the first facility stood that told of the person. */
  #standsAt(resident: string, position: number, facility: string): void {
    const places = this.#facilities.get(facility);
    if (places && !this.#scratch.hasStanding(resident)) {
      this.#scratch.state(resident, position, { kind: 'stands', standing: places });
    }
  }
}

const born = (birthDate: string | undefined) => (birthDate ? { birthYear: Number(birthDate.slice(0, 4)) } : {});

function codesOf({ provinceCode, districtCode, communeCode }: Residence): Residence {
  return {
    ...(isCode(provinceCode) && { provinceCode }),
    ...(isCode(districtCode) && { districtCode }),
    ...(isCode(communeCode) && { communeCode }),
  };
}

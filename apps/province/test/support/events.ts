/** Builders of synthetic domain events: what a test does not name is plain and valid. */
import type { Residence } from '#domain/codes.js';
import type { DateTime, LocalDate, PartialDate } from '#domain/dates.js';
import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber, ResidentId, ScreeningId } from '#domain/ids.js';
import type { ReferralDirection, ReferralEvent } from '#domain/referrals/referral-events.js';
import type { HealthHistory, ResidentDetails } from '#domain/residents/resident-content.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { ScreeningEvent } from '#domain/screenings/screening-events.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { VisitEvent } from '#domain/visits/visit-events.js';

export const residentId = (number: number): ResidentId =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as ResidentId;
export const screeningId = (number: number): ScreeningId =>
  `00000000-0000-4000-9000-${String(number).padStart(12, '0')}` as ScreeningId;
export const facilityCode = (code: string): FacilityCode => code as FacilityCode;
export const episodeNumber = (text: string): EpisodeNumber => text as EpisodeNumber;
export const at = (text: string): DateTime => text as DateTime;
export const day = (text: string): LocalDate => text as LocalDate;

export const livesIn = (communeCode: string, provinceCode = '08'): Residence => ({ provinceCode, communeCode });

export function facility(code: string, oldCommune: string | undefined, commune: string | undefined) {
  const details: FacilityDetails = {
    code: facilityCode(code),
    name: `Cơ sở ${code} (giả lập)`,
    kind: commune ? 'commune-station' : 'district-health-centre',
    careLevel: commune ? 'initial' : 'basic',
    provinceCode: '08',
    places: [
      { districtCode: '071', ...(oldCommune && { communeCode: oldCommune }), validTo: day('2025-06-30') },
      { ...(commune && { communeCode: commune }), validFrom: day('2025-07-01') },
    ],
  };
  return { type: 'FacilityRegistered', data: { facility: details } } as const;
}

type Person = {
  readonly on?: string;
  readonly birthDate?: string;
  readonly residence?: Residence;
  readonly by?: string;
};

const details = ({ birthDate, residence }: Person): ResidentDetails => ({
  name: 'Người Giả Lập',
  sex: 'female',
  ...(birthDate && { birthDate: birthDate as PartialDate }),
  ...(residence && { residence }),
});

export const registered = (resident: ResidentId, person: Person = {}): ResidentEvent => ({
  type: 'ResidentRegistered',
  data: {
    resident,
    details: details(person),
    identifiers: [],
    cards: [],
    registeredBy: facilityCode(person.by ?? '08Z11'),
    observedOn: day(person.on ?? '2026-01-01'),
  },
});

export const detailsCorrected = (resident: ResidentId, person: Person, changed: readonly string[]): ResidentEvent => ({
  type: 'ResidentDetailsCorrected',
  data: { resident, details: details(person), changed, observedOn: day(person.on ?? '2026-01-01') },
});

export const merged = (resident: ResidentId, joined: ResidentId): ResidentEvent => ({
  type: 'ResidentsMerged',
  data: { resident, joined, link: `${resident} ${joined}`, reason: 'Cùng một người (giả lập)' },
});

export const unmerged = (resident: ResidentId, separated: ResidentId): ResidentEvent => ({
  type: 'ResidentsUnmerged',
  data: { resident, separated, link: `${resident} ${separated}`, reason: 'Hai người (giả lập)' },
});

export const moved = (resident: ResidentId, to: Residence, on = '2026-01-01'): ResidentEvent => ({
  type: 'ResidentMoved',
  data: { resident, to, observedOn: day(on) },
});

export const historyRecorded = (resident: ResidentId, history: HealthHistory, on = '2026-01-01'): ResidentEvent => ({
  type: 'HealthHistoryRecorded',
  data: { resident, history, changed: ['diseases'], observedOn: day(on) },
});

export interface VisitWords {
  readonly facility?: string;
  readonly episode: string;
  readonly start: string;
  readonly insured?: boolean;
  readonly careType?: string;
  readonly codes?: readonly string[];
  readonly pressure?: readonly [systolic: number, diastolic: number];
  /** mmol/L */
  readonly glucose?: number;
  /** percent */
  readonly hba1c?: number;
  readonly residence?: Residence;
}

export function visit(words: VisitWords): VisitContent {
  const { codes = ['J06.9'], pressure, glucose, hba1c } = words;
  return {
    facility: facilityCode(words.facility ?? '08Z11'),
    episode: episodeNumber(words.episode),
    start: at(words.start),
    insured: words.insured ?? true,
    cards: [],
    diagnoses: codes.map((code, index) => ({ code, role: index === 0 ? 'main' : 'comorbidity' })),
    vitals: pressure ? { systolic: pressure[0], diastolic: pressure[1] } : {},
    medications: [],
    services: [],
    results: [
      ...(glucose === undefined ? [] : [{ name: 'Glucose máu lúc đói', value: String(glucose), unit: 'mmol/L' }]),
      ...(hba1c === undefined ? [] : [{ name: 'HbA1c', value: String(hba1c), unit: '%' }]),
    ],
    notes: [],
    ...(words.careType && { careType: words.careType }),
    ...(words.residence && { residence: words.residence }),
  };
}

export const visitRecorded = (resident: ResidentId, words: VisitWords): VisitEvent => ({
  type: 'VisitRecorded',
  data: { resident, source: 'insurance-claim', visit: visit(words) },
});

export const visitAmended = (resident: ResidentId, words: VisitWords): VisitEvent => ({
  type: 'VisitAmended',
  data: { resident, source: 'health-record', visit: visit(words), changed: ['vitals'] },
});

export const visitRetracted = (resident: ResidentId, facilityOf: string, episode: string): VisitEvent => ({
  type: 'VisitRetracted',
  data: { resident, facility: facilityOf, episode, reason: 'entered twice' },
});

export function screeningCompleted(
  resident: ResidentId,
  screening: ScreeningId,
  when: string,
  words: { readonly facility?: string; readonly findings?: readonly string[]; readonly residence?: Residence } = {},
): ScreeningEvent {
  const content: ScreeningContent = {
    screening,
    facility: facilityCode(words.facility ?? '08Z11'),
    at: at(when),
    programme: 'general',
    vitals: {},
    results: [],
    findings: (words.findings ?? []).map((code) => ({ code })),
    ...(words.residence && { residence: words.residence }),
  };
  return { type: 'ScreeningCompleted', data: { resident, screening: content } };
}

export const screeningRetracted = (resident: ResidentId, screening: ScreeningId): ScreeningEvent => ({
  type: 'ScreeningRetracted',
  data: { resident, screening, reason: 'another person' },
});

/** A referral by its number, from a station to the health centre unless told otherwise. */
export function referral(resident: ResidentId, number: string, from = '08Z11', to = '08Z01') {
  const key = { from: facilityCode(from), number: number as ReferralNumber };
  const step = (when: string, by: string) => ({ referral: key, resident, at: at(when), by: facilityCode(by) });
  return {
    issued: (when: string, direction: ReferralDirection = 'up', residence?: Residence): ReferralEvent => ({
      type: 'ReferralIssued',
      data: {
        ...step(when, from),
        paper: { number: key.number, from: key.from, to: facilityCode(to), issuedAt: at(when), diagnoses: [] },
        direction,
        validUntil: day('2026-12-31'),
        ...(residence && { residence }),
      },
    }),
    arrived: (when: string): ReferralEvent => ({ type: 'PatientArrived', data: { ...step(when, to), late: false } }),
    answered: (when: string): ReferralEvent => ({
      type: 'ReferralAnswered',
      data: { ...step(when, to), answer: { diagnoses: [] } },
    }),
    /** @param paper number of the hospital's own paper back */
    back: (when: string, paper?: string): ReferralEvent => ({
      type: 'PatientReferredBack',
      data: {
        ...step(when, to),
        ...(paper && {
          paper: {
            number: paper as ReferralNumber,
            from: facilityCode(to),
            to: key.from,
            issuedAt: at(when),
            diagnoses: [],
          },
        }),
      },
    }),
  };
}

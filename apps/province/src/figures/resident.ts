import type { LocalDate } from '#domain/dates.js';
import type { HistoryFacts } from '#domain/indicators/clinical-definitions.js';
import type { StandingPlace } from '#domain/indicators/figure-places.js';
import type {
  CodedResidence,
  HistoryFact,
  ResidentCorrectedFact,
  ResidentMovedFact,
  ResidentRegisteredFact,
} from '#messaging/health-facts/health-fact.js';

/** What statistics know of a resident besides the encounters. Never changed in place. */
export interface Resident {
  readonly resident: string;
  readonly birthYear?: number;
  readonly registeredOn?: LocalDate;
  readonly registeredBy?: string;
  /** Registrations of the other records of one person, where records are merged; never stored. */
  readonly alsoRegistered?: readonly { readonly on: LocalDate; readonly by: string }[];
  /** Where the facility that first told of the resident stood: for one whose residence is not known. */
  readonly standing: readonly StandingPlace[];
  /** By day; the one given at registration first. */
  readonly residences: readonly { readonly on?: LocalDate; readonly residence: CodedResidence }[];
  /** By day. */
  readonly histories: readonly (HistoryFacts & { readonly on: LocalDate })[];
}

export const unknownResident = (resident: string, standing: readonly StandingPlace[]): Resident => ({
  resident,
  standing,
  residences: [],
  histories: [],
});

export function registered(resident: Resident, fact: ResidentRegisteredFact): Resident {
  return {
    ...resident,
    registeredOn: fact.on,
    registeredBy: fact.facility,
    ...(fact.birthYear !== undefined && { birthYear: fact.birthYear }),
    ...(fact.residence && { residences: [{ residence: fact.residence }, ...resident.residences] }),
  };
}

export function corrected(resident: Resident, fact: ResidentCorrectedFact): Resident {
  const { birthYear: _, ...rest } = resident;
  const latest = resident.residences.at(-1);
  return {
    ...rest,
    ...(fact.birthYear !== undefined && { birthYear: fact.birthYear }),
    ...(fact.residence && {
      residences: [...resident.residences.slice(0, -1), { ...latest, residence: fact.residence }],
    }),
  };
}

export function moved(resident: Resident, { on, residence }: ResidentMovedFact): Resident {
  const after = resident.residences.findIndex((other) => other.on !== undefined && other.on > on);
  const place = after < 0 ? resident.residences.length : after;
  return { ...resident, residences: resident.residences.toSpliced(place, 0, { on, residence }) };
}

export function toldHistory(resident: Resident, fact: HistoryFact): Resident {
  const { on, hypertension, diabetes, chronicDisease, regularTobacco } = fact;
  const after = resident.histories.findIndex((other) => other.on > on);
  const place = after < 0 ? resident.histories.length : after;
  const history = { on, hypertension, diabetes, chronicDisease, regularTobacco };
  return { ...resident, histories: resident.histories.toSpliced(place, 0, history) };
}

/** The first day on which the resident was registered: by the facility, or at all. */
export function registeredFrom(
  { registeredOn, registeredBy, alsoRegistered = [] }: Resident,
  facility?: string,
): LocalDate | undefined {
  const own = facility === undefined || registeredBy === facility ? registeredOn : undefined;
  if (alsoRegistered.length === 0) return own;
  const others = alsoRegistered.filter(({ by }) => facility === undefined || by === facility).map(({ on }) => on);
  return [...(own === undefined ? [] : [own]), ...others].toSorted()[0];
}

/** Facilities that registered the resident. */
export const registrars = ({ registeredBy, alsoRegistered = [] }: Resident): readonly string[] => [
  ...(registeredBy === undefined ? [] : [registeredBy]),
  ...alsoRegistered.map(({ by }) => by),
];

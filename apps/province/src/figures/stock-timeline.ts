import type { LocalDate } from '#domain/dates.js';
import {
  atTargetOfQd3192,
  atTargetOfQd5904,
  glucoseAtTarget,
  hba1cAtTarget,
  highRiskFromAge,
  olderFromAge,
} from '#domain/indicators/clinical-definitions.js';
import type { FigurePlace, FigurePlaces } from '#domain/indicators/figure-places.js';
import { twelveMonthsAfter } from '#domain/indicators/period.js';
import type { Encounter } from './encounter.js';
import { registeredFrom, type Resident } from './resident.js';

/** What a resident counts for in the stocks, as bits. */
export const Standing = {
  known: 1,
  checked: 2,
  highRisk: 4,
  hypertensionKnown: 8,
  hypertensionManaged: 16,
  hypertensionControlled: 32,
  hypertensionBelow140: 64,
  diabetesKnown: 128,
  diabetesManaged: 256,
  diabetesControlled: 512,
} as const;

/** From that day until the next segment. */
export interface StockSegment {
  readonly from: LocalDate;
  readonly standing: number;
  readonly place: FigurePlace;
}

/** Whom a timeline is about: a resident where he or she lives, or as one facility knows him or her. */
export type StockScope =
  { readonly by: 'residence'; readonly places: FigurePlaces } | { readonly by: 'facility'; readonly facility: string };

const nowhere: FigurePlace = {};

/**
 * Follows a resident through time and says from which day on what counted. Walks once over the days on which anything can
 * change: an encounter, its window's end, a statement, a birthday, a change of the map.
 * @param encounters not retracted, in the order of time
 */
export function stockTimeline(
  resident: Resident,
  encounters: readonly Encounter[],
  scope: StockScope,
): readonly StockSegment[] {
  const concerned =
    scope.by === 'facility' ? encounters.filter((encounter) => encounter.facility === scope.facility) : encounters;
  const registeredOn = registeredFrom(resident, scope.by === 'facility' ? scope.facility : undefined);
  const knownFrom = earliest(registeredOn, concerned[0]?.day);
  if (!knownFrom) return [];
  const highRiskOn = firstDayOfAge(resident, highRiskFromAge);
  const olderOn = firstDayOfAge(resident, olderFromAge);

  const days = new Set<LocalDate>([knownFrom]);
  for (const encounter of concerned) {
    days.add(encounter.day);
    days.add(twelveMonthsAfter(encounter.day));
  }
  for (const history of resident.histories) days.add(history.on);
  if (scope.by === 'residence') for (const { on } of resident.residences) if (on) days.add(on);
  if (highRiskOn) days.add(highRiskOn);
  if (olderOn) days.add(olderOn);
  const turns = [...days].toSorted();

  const segments: StockSegment[] = [];
  const course = new ClinicalCourse();
  let nextEncounter = 0;
  let nextHistory = 0;
  let place = nowhere;
  let standing = 0;
  /** The day on which the resident may be counted elsewhere: after a move, or by another map. */
  let nextPlaceOn: LocalDate | undefined = scope.by === 'residence' ? knownFrom : undefined;
  for (let turn = 0, today = turns[0]; today !== undefined;) {
    for (let encounter; (encounter = concerned[nextEncounter]) && encounter.day <= today; nextEncounter += 1)
      course.met(encounter);
    for (let history; (history = resident.histories[nextHistory]) && history.on <= today; nextHistory += 1)
      course.history = history;
    if (today >= knownFrom) {
      const standingNow = course.standingOn(today, highRiskOn, olderOn);
      let placeNow = place;
      if (scope.by === 'residence' && nextPlaceOn !== undefined && nextPlaceOn <= today) {
        placeNow = livesAt(resident, knownFrom, today, scope.places);
        nextPlaceOn = earliest(placeNow.changesOn, nextMove(resident, today));
      }
      if (standingNow !== standing || !samePlace(placeNow, place))
        segments.push({ from: today, standing: standingNow, place: placeNow });
      standing = standingNow;
      place = placeNow;
    }
    while (turn < turns.length && (turns[turn] as LocalDate) <= today) turn += 1;
    today = earliest(turns[turn], nextPlaceOn);
  }
  return segments;
}

const nextMove = (resident: Resident, today: LocalDate): LocalDate | undefined =>
  resident.residences.reduce<LocalDate | undefined>(
    (next, { on }) => (on !== undefined && on > today ? earliest(next, on) : next),
    undefined,
  );

/** The latest of each thing that counts, as met so far. */
class ClinicalCourse {
  history: Resident['histories'][number] | undefined;
  #chronicDisease = false;
  #hypertension = false;
  #diabetes = false;
  #checkedUntil = '';
  #hypertensionUntil = '';
  #diabetesUntil = '';
  #pressure: { readonly systolic: number; readonly diastolic: number; readonly until: string } | undefined;
  #glucose: { readonly value: number; readonly until: string } | undefined;
  #hba1c: { readonly value: number; readonly until: string } | undefined;

  met(encounter: Encounter): void {
    const until = twelveMonthsAfter(encounter.day);
    const { systolic, diastolic, glucose, hba1c } = encounter;
    if (encounter.health_check) this.#checkedUntil = until;
    if (encounter.chronic_disease) this.#chronicDisease = true;
    if (encounter.hypertension) {
      this.#hypertension = true;
      if (encounter.form === 'visit') this.#hypertensionUntil = until;
    }
    if (encounter.diabetes) {
      this.#diabetes = true;
      if (encounter.form === 'visit') this.#diabetesUntil = until;
    }
    if (systolic !== null && diastolic !== null) this.#pressure = { systolic, diastolic, until };
    if (glucose !== null) this.#glucose = { value: glucose, until };
    if (hba1c !== null) this.#hba1c = { value: hba1c, until };
  }

  /** Windows end on the day named by `until`: that day is outside. */
  standingOn(today: LocalDate, highRiskOn: LocalDate | undefined, olderOn: LocalDate | undefined): number {
    const history = this.history;
    const passed = (day: LocalDate | undefined): boolean => day !== undefined && day <= today;
    const highRisk = this.#chronicDisease || history?.chronicDisease || history?.regularTobacco || passed(highRiskOn);
    const diabetesKnown = this.#diabetes || history?.diabetes === true;
    let standing: number = Standing.known;
    if (this.#checkedUntil > today) standing |= Standing.checked;
    if (highRisk) standing |= Standing.highRisk;
    if (this.#hypertension || history?.hypertension) standing |= Standing.hypertensionKnown;
    if (this.#hypertensionUntil > today) {
      standing |= Standing.hypertensionManaged;
      if (this.#pressure && this.#pressure.until > today) {
        const person = { older: passed(olderOn), diabetes: diabetesKnown };
        if (atTargetOfQd5904(this.#pressure, person)) standing |= Standing.hypertensionControlled;
        if (atTargetOfQd3192(this.#pressure)) standing |= Standing.hypertensionBelow140;
      }
    }
    if (diabetesKnown) standing |= Standing.diabetesKnown;
    if (this.#diabetesUntil > today) {
      standing |= Standing.diabetesManaged;
      if (this.#sugarAtTarget(today)) standing |= Standing.diabetesControlled;
    }
    return standing;
  }

  #sugarAtTarget(today: LocalDate): boolean {
    if (this.#hba1c && this.#hba1c.until > today) return hba1cAtTarget(this.#hba1c.value);
    return this.#glucose !== undefined && this.#glucose.until > today && glucoseAtTarget(this.#glucose.value);
  }
}

/** The residence given at registration holds since the resident is known, although that may be from an earlier visit told later. */
function livesAt(resident: Resident, knownFrom: LocalDate, today: LocalDate, places: FigurePlaces): FigurePlace {
  let current: { readonly on: LocalDate; readonly residence: Resident['residences'][number]['residence'] } | undefined;
  for (const { on = knownFrom, residence } of resident.residences) {
    if (on <= today && (!current || on >= current.on)) current = { on, residence };
  }
  return places.of(current?.residence, current?.on ?? today, today, resident.standing);
}

function firstDayOfAge(resident: Resident, age: number): LocalDate | undefined {
  return resident.birthYear === undefined ? undefined : (`${resident.birthYear + age}-01-01` as LocalDate);
}

function samePlace(a: FigurePlace, b: FigurePlace): boolean {
  return a.commune === b.commune && a.district === b.district && a.province === b.province;
}

function earliest(a: LocalDate | undefined, b: LocalDate | undefined): LocalDate | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

import type { HistoryFacts } from '#domain/indicators/clinical-definitions.js';
import type { FigurePlaces } from '#domain/indicators/figure-places.js';
import { calendarPeriodsOf } from '#domain/indicators/period.js';
import { forEachPlace } from './counted-at.js';
import { byTime, type Encounter } from './encounter.js';
import type { FigureChanges } from './figure-changes.js';
import type { FigureLevel } from './measures.js';
import { registrars, type Resident } from './resident.js';
import { replaceTimeline } from './stock-changes.js';
import { stockTimeline } from './stock-timeline.js';

/** Everything a resident contributes to figures follows from this alone. */
export interface ResidentFile {
  readonly resident: Resident;
  /** By encounter; the retracted are still here. */
  readonly encounters: ReadonlyMap<string, Encounter>;
}

/** Figures after = figures before − what the old file counted + what the new one counts, written as the difference alone. */
export function countResident(
  changes: FigureChanges,
  before: ResidentFile | undefined,
  after: ResidentFile,
  places: FigurePlaces,
): void {
  const old = sortedEncounters(before);
  const now = sortedEncounters(after);
  const changed = changedEncounters(before, after);
  for (const [was, is] of changed) {
    if (was) countVisit(changes, was, -1);
    if (is) countVisit(changes, is, 1);
  }
  countSeen(changes, old, now, changed);
  for (const disease of ['hypertension', 'diabetes'] as const) {
    const was = before && newlyFound(disease, before.resident, old);
    const is = newlyFound(disease, after.resident, now);
    if (was === is) continue;
    if (was) countFound(changes, disease, was, -1);
    if (is) countFound(changes, disease, is, 1);
  }
  countStocks(changes, before, old, after, now, changed, places);
}

type ChangedEncounter = readonly [was: Encounter | undefined, is: Encounter | undefined];

function sortedEncounters(file: ResidentFile | undefined): readonly Encounter[] {
  return file ? [...file.encounters.values()].filter((encounter) => !encounter.retracted).toSorted(byTime) : [];
}

function changedEncounters(before: ResidentFile | undefined, after: ResidentFile): readonly ChangedEncounter[] {
  const standing = (encounter: Encounter | undefined) => (encounter?.retracted ? undefined : encounter);
  const changed: ChangedEncounter[] = [];
  for (const [key, is] of after.encounters) {
    const was = before?.encounters.get(key);
    if (was !== is) changed.push([standing(was), standing(is)]);
  }
  for (const [key, was] of before?.encounters ?? [])
    if (!after.encounters.has(key)) changed.push([standing(was), undefined]);
  return changed;
}

function countFound(
  changes: FigureChanges,
  disease: 'hypertension' | 'diabetes',
  found: Encounter,
  sign: 1 | -1,
): void {
  const measure = `${disease}-found` as const;
  forEachPlace(found, (level, place) => changes.on(level, place, found.day).add(measure, sign, 0), 'with-pairs');
}

function countVisit(changes: FigureChanges, visit: Encounter, sign: 1 | -1): void {
  if (visit.form !== 'visit') return;
  const { day, insured, main_diagnosis: diagnosis } = visit;
  forEachPlace(
    visit,
    (level, place) => {
      const figures = changes.on(level, place, day);
      figures.add('visits-insured', sign * insured, sign);
      if (diagnosis !== null && level !== 'pair') figures.diagnosed(diagnosis, sign * insured, sign);
    },
    'with-pairs',
  );
}

/** A resident is seen once in a period, by however many visits: only periods of changed visits can differ. */
function countSeen(
  changes: FigureChanges,
  old: readonly Encounter[],
  now: readonly Encounter[],
  changed: readonly ChangedEncounter[],
): void {
  const visits = changed.flatMap(([was, is]) => (was && is && isSameStay(was, is) ? [] : [was, is]));
  const days = new Set(visits.flatMap((visit) => (visit?.form === 'visit' ? [visit.day] : [])));
  const periods = new Map([...days].flatMap(periodsAround).map((period) => [period.text, period]));
  const done = new Set<string>();
  for (const visit of visits) {
    if (visit?.form !== 'visit') continue;
    forEachPlace(
      visit,
      (level, place) => {
        const at = `${level} ${place}`;
        if (done.has(at)) return;
        done.add(at);
        for (const period of periods.values()) {
          const was = isSeen(old, level, place, period);
          const is = isSeen(now, level, place, period);
          if (was !== is) changes.seen(level, place, period.text, is ? 1 : -1);
        }
      },
      'single',
    );
  }
}

/** Amended, but neither the day nor a place differs. */
const isSameStay = (was: Encounter, is: Encounter): boolean =>
  was.form === is.form &&
  was.day === is.day &&
  was.commune === is.commune &&
  was.district === is.district &&
  was.province === is.province &&
  was.facility === is.facility;

/** Days from the first to before the end, compared as text. */
interface DaySpan {
  readonly text: string;
  readonly from: string;
  readonly before: string;
}

const always: DaySpan = { text: 'all', from: '', before: '~' };

function periodsAround(day: string): readonly DaySpan[] {
  const { month, quarter, year } = calendarPeriodsOf(day);
  const firstMonth = (Number(quarter.slice(6)) - 1) * 3 + 1;
  const monthOf = (number: number): string => `${year}-${String(number).padStart(2, '0')}`;
  return [
    { text: month, from: month, before: `${month}~` },
    { text: quarter, from: monthOf(firstMonth), before: `${monthOf(firstMonth + 2)}~` },
    { text: year, from: year, before: `${year}~` },
    always,
  ];
}

function isSeen(
  encounters: readonly Encounter[],
  level: FigureLevel,
  place: string,
  { from, before }: DaySpan,
): boolean {
  return encounters.some(
    (encounter) =>
      encounter.form === 'visit' &&
      encounter.day >= from &&
      encounter.day < before &&
      (level === 'all' || (level !== 'pair' && encounter[level] === place)),
  );
}

/** The first encounter with the diagnosis, unless a health history had already named the disease on an earlier day. */
function newlyFound(
  disease: keyof HistoryFacts & ('hypertension' | 'diabetes'),
  resident: Resident,
  encounters: readonly Encounter[],
): Encounter | undefined {
  const first = encounters.find((encounter) => encounter[disease]);
  return first && resident.histories.some((history) => history[disease] && history.on < first.day) ? undefined : first;
}

function countStocks(
  changes: FigureChanges,
  before: ResidentFile | undefined,
  old: readonly Encounter[],
  after: ResidentFile,
  now: readonly Encounter[],
  changed: readonly ChangedEncounter[],
  places: FigurePlaces,
): void {
  const byResidence = { by: 'residence', places } as const;
  const lived = before ? stockTimeline(before.resident, old, byResidence) : [];
  const lives = stockTimeline(after.resident, now, byResidence);
  replaceTimeline(changes, lived, lives, 'residence');

  const personChanged = before?.resident !== after.resident;
  const told = personChanged ? [...old, ...now] : changed.flat();
  const facilities = new Set(told.flatMap((encounter) => (encounter ? [encounter.facility] : [])));
  if (personChanged)
    for (const person of [before?.resident, after.resident])
      if (person) for (const facility of registrars(person)) facilities.add(facility);
  for (const facility of facilities) {
    const scope = { by: 'facility', facility } as const;
    // Most residents are known to one facility alone, which then knows all there is.
    const knew = !before
      ? []
      : isKnownOnlyTo(facility, before.resident, old)
        ? lived
        : stockTimeline(before.resident, old, scope);
    const knows = isKnownOnlyTo(facility, after.resident, now) ? lives : stockTimeline(after.resident, now, scope);
    replaceTimeline(changes, knew, knows, { facility });
  }
}

const isKnownOnlyTo = (facility: string, resident: Resident, encounters: readonly Encounter[]): boolean =>
  registrars(resident).every((by) => by === facility) &&
  encounters.every((encounter) => encounter.facility === facility);

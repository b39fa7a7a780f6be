import type { HistoryFacts } from '#domain/indicators/clinical-definitions.js';
import type { FigurePlaces } from '#domain/indicators/figure-places.js';
import { calendarPeriodsOf } from '#domain/indicators/period.js';
import { forEachPlace } from './counted-at.js';
import { byTime, type Encounter } from './encounter.js';
import type { FigureChanges } from './figure-changes.js';
import type { FigureLevel } from './measures.js';
import type { Resident } from './resident.js';
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
    if (was)
      forEachPlace(was, (level, place) => changes.add(`${disease}-found`, level, place, was.day, -1, 0), 'with-pairs');
    if (is)
      forEachPlace(is, (level, place) => changes.add(`${disease}-found`, level, place, is.day, 1, 0), 'with-pairs');
  }
  countStocks(changes, before, old, after, now, changed, places);
}

type ChangedEncounter = readonly [was: Encounter | undefined, is: Encounter | undefined];

function sortedEncounters(file: ResidentFile | undefined): readonly Encounter[] {
  return file ? [...file.encounters.values()].filter((encounter) => !encounter.retracted).sort(byTime) : [];
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

function countVisit(changes: FigureChanges, visit: Encounter, sign: 1 | -1): void {
  if (visit.form !== 'visit') return;
  const { day, insured, main_diagnosis: diagnosis } = visit;
  forEachPlace(
    visit,
    (level, place) => {
      changes.add('visits-insured', level, place, day, sign * insured, sign);
      if (diagnosis !== null && level !== 'pair') changes.diagnosed(level, place, day, diagnosis, sign * insured, sign);
    },
    'with-pairs',
  );
}

const placeColumns = {
  all: undefined,
  province: 'province',
  district: 'district',
  commune: 'commune',
  facility: 'facility',
} as const;
type SeenLevel = keyof typeof placeColumns & FigureLevel;

/** A resident is seen once in a period, by however many visits: only periods of changed visits can differ. */
function countSeen(
  changes: FigureChanges,
  old: readonly Encounter[],
  now: readonly Encounter[],
  changed: readonly ChangedEncounter[],
): void {
  const done = new Set<string>();
  for (const visit of changed.flat()) {
    if (visit?.form !== 'visit') continue;
    const { month, quarter, year } = calendarPeriodsOf(visit.day);
    forEachPlace(
      visit,
      (level, place) => {
        for (const period of [month, quarter, year, 'all']) {
          const key = `${level}\t${place}\t${period}`;
          if (done.has(key)) continue;
          done.add(key);
          const test = (encounter: Encounter) => isSeen(encounter, level as SeenLevel, place, period);
          const was = old.some(test);
          const is = now.some(test);
          if (was !== is) changes.seen(level, place, period, is ? 1 : -1);
        }
      },
      'single',
    );
  }
}

function isSeen(encounter: Encounter, level: SeenLevel, place: string, period: string): boolean {
  if (encounter.form !== 'visit') return false;
  const column = placeColumns[level];
  if (column && encounter[column] !== place) return false;
  if (period === 'all') return true;
  if (period.length === 7 && period[5] === 'Q') return calendarPeriodsOf(encounter.day).quarter === period;
  return encounter.day.startsWith(period);
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
  replaceTimeline(
    changes,
    before ? stockTimeline(before.resident, old, byResidence) : [],
    stockTimeline(after.resident, now, byResidence),
    'residence',
  );
  const personChanged = before?.resident !== after.resident;
  const told = personChanged ? [...old, ...now] : changed.flat();
  const facilities = new Set(told.flatMap((encounter) => (encounter ? [encounter.facility] : [])));
  if (personChanged)
    for (const person of [before?.resident, after.resident])
      if (person?.registeredBy) facilities.add(person.registeredBy);
  for (const facility of facilities) {
    const scope = { by: 'facility', facility } as const;
    replaceTimeline(
      changes,
      before ? stockTimeline(before.resident, old, scope) : [],
      stockTimeline(after.resident, now, scope),
      { facility },
    );
  }
}

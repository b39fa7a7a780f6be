/** Looks at one resident on one day: no counters, no windows carried along, every question asked anew. */
import type { LocalDate } from '#domain/dates.js';
import {
  atTargetOfQd3192,
  atTargetOfQd5904,
  bloodPressureMeasured,
  glucoseAtTarget,
  hasDiagnosis,
  hba1cAtTarget,
  highRiskFromAge,
  isChronicDisease,
  isDiabetes,
  isHealthCheckCareType,
  isHypertension,
  olderFromAge,
} from '#domain/indicators/clinical-definitions.js';
import type { FigurePlace, FigurePlaces } from '#domain/indicators/figure-places.js';
import { twelveMonthsAfter } from '#domain/indicators/period.js';
import type { CodedResidence } from '#messaging/health-facts/health-fact.js';
import type { Statement, ToldEncounter } from './scratch-store.js';

export interface ResidentStory {
  readonly statements: readonly Statement[];
  /** In the order of time. */
  readonly encounters: readonly ToldEncounter[];
}

type Told<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

const told = <Kind extends Statement['kind']>({ statements }: ResidentStory, kind: Kind): readonly Told<Kind>[] =>
  statements.filter((statement): statement is Told<Kind> => statement.kind === kind);

/** The first day on which the resident is known: to the facility, or at all. */
export function knownFrom(story: ResidentStory, facility: string | undefined): LocalDate | undefined {
  const days = [
    ...told(story, 'registered')
      .filter((registered) => !facility || registered.facility === facility)
      .map(({ on }) => on),
    ...story.encounters.filter((encounter) => !facility || encounter.facility === facility).map(({ day }) => day),
  ];
  return days.toSorted()[0];
}

/** Where the resident lives on the day: as stated when registered, since the resident is known, or as moved to since. */
export function livesAt(story: ResidentStory, day: LocalDate, places: FigurePlaces): FigurePlace {
  let base: CodedResidence | undefined;
  let moves: readonly { readonly on: LocalDate; readonly residence: CodedResidence }[] = [];
  for (const statement of story.statements) {
    if (statement.kind === 'registered') base = statement.residence;
    if (statement.kind === 'moved')
      moves = [...moves, statement].toSorted((a, b) => (a.on < b.on ? -1 : Number(a.on > b.on)));
    if (statement.kind === 'corrected' && statement.residence) {
      const latest = moves.at(-1);
      if (latest) moves = [...moves.slice(0, -1), { on: latest.on, residence: statement.residence }];
      else base = statement.residence;
    }
  }
  const since = knownFrom(story, undefined);
  const lived = [...(base && since ? [{ on: since, residence: base }] : []), ...moves].filter(({ on }) => on <= day);
  const newest = lived
    .map(({ on }) => on)
    .toSorted()
    .at(-1);
  const current = lived.findLast(({ on }) => on === newest);
  return places.of(current?.residence, current?.on ?? day, day, told(story, 'stands')[0]?.standing ?? []);
}

export interface ResidentOnDay {
  readonly known: boolean;
  readonly checked: boolean;
  readonly highRisk: boolean;
  readonly hypertensionKnown: boolean;
  readonly hypertensionManaged: boolean;
  readonly hypertensionAtTarget: boolean;
  readonly hypertensionBelow140: boolean;
  readonly diabetesKnown: boolean;
  readonly diabetesManaged: boolean;
  readonly diabetesAtTarget: boolean;
}

/** What holds of the resident on the day, by all encounters or by one facility's. */
export function residentOnDay(story: ResidentStory, day: LocalDate, facility: string | undefined): ResidentOnDay {
  const since = knownFrom(story, facility);
  const encounters = story.encounters.filter(
    (encounter) => encounter.day <= day && (!facility || encounter.facility === facility),
  );
  const ofLastYear = (encounter: ToldEncounter): boolean => day < twelveMonthsAfter(encounter.day);
  const lastYear = encounters.filter(ofLastYear);
  const diagnosed = (matches: (code: string) => boolean) => (encounter: ToldEncounter) =>
    hasDiagnosis(encounter.diagnoses, matches);
  const visitsOfLastYear = lastYear.filter(({ form }) => form === 'visit');

  const history = told(story, 'history')
    .filter(({ on }) => on <= day)
    .reduce<Told<'history'> | undefined>((latest, next) => (latest && latest.on > next.on ? latest : next), undefined);
  const year = Number(day.slice(0, 4));
  const birthYear = story.statements.reduce<number | undefined>(
    (known, statement) =>
      statement.kind === 'corrected' || statement.kind === 'registered' ? birthYearAfter(known, statement) : known,
    undefined,
  );
  const hasAge = (age: number): boolean => birthYear !== undefined && year - birthYear >= age;

  const diabetesKnown = encounters.some(diagnosed(isDiabetes)) || history?.diabetes === true;
  const hypertensionManaged = visitsOfLastYear.some(diagnosed(isHypertension));
  const diabetesManaged = visitsOfLastYear.some(diagnosed(isDiabetes));
  const pressure = lastYear.map(({ vitals }) => vitals).findLast(bloodPressureMeasured);
  const hba1c = lastYear.findLast(({ laboratory }) => laboratory.hba1c !== undefined)?.laboratory.hba1c;
  const glucose = lastYear.findLast(({ laboratory }) => laboratory.glucose !== undefined)?.laboratory.glucose;
  const sugarAtTarget = hba1c !== undefined ? hba1cAtTarget(hba1c) : glucose !== undefined && glucoseAtTarget(glucose);

  return {
    known: since !== undefined && since <= day,
    checked: lastYear.some(
      ({ form, careType, vitals }) =>
        form === 'screening' || isHealthCheckCareType(careType) || bloodPressureMeasured(vitals),
    ),
    highRisk:
      encounters.some(diagnosed(isChronicDisease)) ||
      history?.chronicDisease === true ||
      history?.regularTobacco === true ||
      hasAge(highRiskFromAge),
    hypertensionKnown: encounters.some(diagnosed(isHypertension)) || history?.hypertension === true,
    hypertensionManaged,
    hypertensionAtTarget:
      hypertensionManaged &&
      !!pressure &&
      atTargetOfQd5904(pressure, { older: hasAge(olderFromAge), diabetes: diabetesKnown }),
    hypertensionBelow140: hypertensionManaged && !!pressure && atTargetOfQd3192(pressure),
    diabetesKnown,
    diabetesManaged,
    diabetesAtTarget: diabetesManaged && sugarAtTarget,
  };
}

/** The details of a correction are whole: one without a birth date takes it away. */
function birthYearAfter(
  known: number | undefined,
  statement: Told<'registered'> | Told<'corrected'>,
): number | undefined {
  return statement.kind === 'corrected' ? statement.birthYear : (statement.birthYear ?? known);
}

/** The encounter in which a disease was first found, unless a history had named it on an earlier day. */
export function foundIn(story: ResidentStory, disease: 'hypertension' | 'diabetes'): ToldEncounter | undefined {
  const matches = disease === 'hypertension' ? isHypertension : isDiabetes;
  const first = story.encounters.find(({ diagnoses }) => hasDiagnosis(diagnoses, matches));
  const knownBefore = first && told(story, 'history').some((history) => history[disease] && history.on < first.day);
  return knownBefore ? undefined : first;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { epochOf, dayPart, type LocalDate } from '#domain/dates.js';
import type { FigurePlace, FigurePlaces } from '#domain/indicators/figure-places.js';
import { type Figure, indicators, type IndicatorCode } from '#domain/indicators/indicator.js';
import type { Period } from '#domain/indicators/period.js';
import type { EventStore } from '#event-store/event-store.js';
import { everywhere, type FigurePlaceKey, placeKey } from '../statistics/figure-place-key.js';
import type { PlaceFigures } from '../statistics/figure-reader.js';
import { stockDay } from '../statistics/stock-day.js';
import { type LogBound, readLog } from './log-reader.js';
import { foundIn, knownFrom, livesAt, residentOnDay, type ResidentStory } from './resident-on-day.js';
import { type ReferralStepTold, ScratchStore } from './scratch-store.js';

export interface RecountQuestion {
  /** Absent: every place that has figures. */
  readonly places?: readonly FigurePlaceKey[];
  readonly period: Period;
  readonly today: LocalDate;
  readonly bound: LogBound;
  readonly signal?: AbortSignal;
}

export interface Recount {
  readonly position: number;
  /** Those asked for in their order. */
  readonly places: readonly PlaceFigures[];
}

/**
 * Counts everything again from the log, by the definitions alone: nothing is taken from the view or from the code that keeps
 * it. Reads the whole log; its memory does not grow with it.
 */
export async function recount(
  log: EventStore,
  figurePlaces: FigurePlaces,
  question: RecountQuestion,
): Promise<Recount> {
  const scratch = new ScratchStore();
  try {
    const position = await readLog(log, scratch, figurePlaces, question.bound, question.signal);
    const day = stockDay(question.period, question.today, scratch.newestVisit());
    const tallies = new Tallies(question, day, figurePlaces);
    let counted = 0;
    for (const story of scratch.residents()) {
      for (const tally of tallies.ofResident(story)) tally.countResident(story);
      if ((counted += 1) % 500 === 0) {
        await nextTurn();
        question.signal?.throwIfAborted();
      }
    }
    for (const { key, steps } of scratch.referrals()) {
      for (const tally of tallies.ofReferral(steps)) tally.countReferral(steps, () => scratch.isNamedAsBack(key));
      if ((counted += 1) % 500 === 0) await nextTurn();
    }
    return { position, places: tallies.figures() };
  } finally {
    scratch.close();
  }
}

/** The places that are counted: those asked for, or any that somebody has to do with. */
class Tallies {
  readonly #tallies = new Map<string, Tally>();
  readonly #question: RecountQuestion;
  readonly #stockDay: LocalDate;
  readonly #figurePlaces: FigurePlaces;

  constructor(question: RecountQuestion, stocksOn: LocalDate, figurePlaces: FigurePlaces) {
    this.#question = question;
    this.#stockDay = stocksOn;
    this.#figurePlaces = figurePlaces;
    for (const place of question.places ?? []) this.#add(place);
  }

  /** Where the resident was seen, is known, or lives. */
  ofResident(story: ResidentStory): readonly Tally[] {
    const facilities = story.encounters.map(({ facility }) => facility);
    const registeredBy = story.statements.flatMap((each) => (each.kind === 'registered' ? [each.facility] : []));
    const lived = [this.#stockDay, lastDay].map((day) => livesAt(story, day, this.#figurePlaces));
    return this.#of([...story.encounters.map(({ place }) => place), ...lived], [...facilities, ...registeredBy]);
  }

  ofReferral(steps: readonly ReferralStepTold[]): readonly Tally[] {
    const issues = steps.flatMap(({ issue }) => (issue ? [issue] : []));
    return this.#of(
      issues.map(({ place }) => place),
      issues.map(({ facility }) => facility),
    );
  }

  figures(): readonly PlaceFigures[] {
    return [...this.#tallies.values()].map((tally) => ({ place: tally.place, figures: tally.figures() }));
  }

  #of(places: readonly FigurePlace[], facilities: readonly string[]): readonly Tally[] {
    const concerned = new Map<string, FigurePlaceKey>([[placeKey(everywhere), everywhere]]);
    const add = (level: FigurePlaceKey['level'], code: string | undefined): void => {
      if (code !== undefined) concerned.set(placeKey({ level, code }), { level, code });
    };
    for (const place of places)
      for (const level of ['province', 'district', 'commune'] as const) add(level, place[level]);
    for (const facility of facilities) add('facility', facility);
    return [...concerned].flatMap(([key, place]) => {
      const tally = this.#tallies.get(key) ?? (this.#question.places ? undefined : this.#add(place));
      return tally ? [tally] : [];
    });
  }

  #add(place: FigurePlaceKey): Tally {
    const tally = new Tally(place, this.#question.period, this.#stockDay, this.#figurePlaces);
    this.#tallies.set(placeKey(place), tally);
    return tally;
  }
}

/** Counts one place in one period. */
class Tally {
  readonly place: FigurePlaceKey;
  readonly #period: Period;
  readonly #stockDay: LocalDate;
  readonly #figurePlaces: FigurePlaces;
  readonly #counts = new Map<IndicatorCode, { numerator: number; denominator: number }>();

  constructor(place: FigurePlaceKey, period: Period, stocksOn: LocalDate, figurePlaces: FigurePlaces) {
    this.place = place;
    this.#period = period;
    this.#stockDay = stocksOn;
    this.#figurePlaces = figurePlaces;
    for (const { code } of indicators) this.#counts.set(code, { numerator: 0, denominator: 0 });
  }

  countResident(story: ResidentStory): void {
    const here = story.encounters.filter(({ place, facility }) => this.#countsAt(place, facility));
    const visits = here.filter(({ form, day }) => form === 'visit' && this.#inPeriod(day));
    for (const visit of visits) {
      this.#count('visits');
      this.#count('visits-insured', visit.insured);
    }
    if (visits.length > 0) this.#count('residents-seen');
    for (const disease of ['hypertension', 'diabetes'] as const) {
      const found = foundIn(story, disease);
      if (found && this.#inPeriod(found.day) && this.#countsAt(found.place, found.facility))
        this.#count(`${disease}-found`);
    }
    this.#countStanding(story);
  }

  #countStanding(story: ResidentStory): void {
    const facility = this.place.level === 'facility' ? this.place.code : undefined;
    const livesHere = (day: LocalDate): boolean =>
      facility !== undefined || this.#covers(livesAt(story, day, this.#figurePlaces));
    const since = knownFrom(story, facility);
    if (!this.#period.to && since !== undefined && livesHere(lastDay)) this.#count('residents-known');
    const on = residentOnDay(story, this.#stockDay, facility);
    if (!on.known || !livesHere(this.#stockDay)) return;
    if (this.#period.to) this.#count('residents-known');
    this.#count('health-managed-12m', on.checked);
    if (on.highRisk) this.#count('high-risk-checked-12m', on.checked);
    if (on.hypertensionKnown) this.#count('hypertension-managed', on.hypertensionManaged);
    if (on.hypertensionManaged) this.#count('hypertension-controlled', on.hypertensionAtTarget);
    if (on.hypertensionManaged) this.#count('hypertension-controlled-140-90', on.hypertensionBelow140);
    if (on.diabetesKnown) this.#count('diabetes-managed', on.diabetesManaged);
    if (on.diabetesManaged) this.#count('diabetes-controlled', on.diabetesAtTarget);
  }

  countReferral(steps: readonly ReferralStepTold[], isNamedAsBack: () => boolean): void {
    const issued = steps.find(({ step }) => step === 'ReferralIssued');
    if (!issued?.issue || !this.#countsAt(issued.issue.place, issued.issue.facility)) return;
    const { direction } = issued.issue;
    if (direction === 'up' && this.#inPeriod(dayPart(issued.at))) {
      this.#count('referrals-up');
      if (steps.some(({ step }) => step === 'PatientArrived')) this.#count('referrals-arrived');
      const answered = steps.find(({ step }) => step === 'ReferralAnswered');
      if (answered) {
        this.#count('referrals-answered');
        const hours = this.#counts.get('referral-answer-hours');
        const minutes = Math.floor(epochOf(answered.at) / 60_000) - Math.floor(epochOf(issued.at) / 60_000);
        if (hours) {
          hours.numerator += Math.max(0, minutes);
          hours.denominator += 1;
        }
      }
    }
    const back = steps.find(({ step }) => step === 'PatientReferredBack');
    const backOn = back ? dayPart(back.at) : direction === 'down' && !isNamedAsBack() ? dayPart(issued.at) : undefined;
    if (backOn && this.#inPeriod(backOn)) this.#count('referrals-back');
  }

  figures(): ReadonlyMap<IndicatorCode, Figure> {
    return new Map(
      indicators.map(({ code, form }) => {
        const { numerator, denominator } = this.#counts.get(code) ?? { numerator: 0, denominator: 0 };
        const inUnit = code === 'referral-answer-hours' ? numerator / 60 : numerator;
        return [code, { numerator: inUnit, denominator: form === 'count' ? null : denominator }];
      }),
    );
  }

  #count(code: IndicatorCode, hit = true): void {
    const count = this.#counts.get(code);
    if (!count) return;
    if (hit) count.numerator += 1;
    count.denominator += 1;
  }

  #inPeriod(day: LocalDate): boolean {
    return (this.#period.from ?? '') <= day && day <= (this.#period.to ?? '9999');
  }

  #countsAt(place: FigurePlace, facility: string): boolean {
    return this.place.level === 'facility' ? facility === this.place.code : this.#covers(place);
  }

  #covers(place: FigurePlace): boolean {
    const { level, code } = this.place;
    return level === 'all' || (level !== 'facility' && place[level] === code);
  }
}

const lastDay = '9998-12-31' as LocalDate;

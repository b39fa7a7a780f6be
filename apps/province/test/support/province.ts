import { FigurePlaces } from '#domain/indicators/figure-places.js';
import { type Figure, findIndicator, type IndicatorCode, indicators } from '#domain/indicators/indicator.js';
import { parsePeriod, type Period } from '#domain/indicators/period.js';
import type { DomainEvent } from '#domain/domain-events.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import { projectionOfTopic } from '#messaging/projection-of-topic.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import { provinceFigures } from '../../src/figures/province-figures.handler.js';
import { recount } from '../../src/recount/recount.js';
import { PartsReader } from '../../src/show-series/parts-reader.js';
import { FigureReader } from '../../src/statistics/figure-reader.js';
import { everywhere, type FigurePlaceKey } from '../../src/statistics/figure-place-key.js';
import { day, facility } from './events.js';
import { MemoryLog } from './memory-log.js';
import { MemoryView } from './memory-view.js';

export const register: PlaceRegister = loadPlaceRegister();
export const today = day('2026-11-22');
const pseudonyms = pseudonymsBy(new Uint8Array(32).fill(7));

/** Lâm Bình as in the sample messages: two stations and their health centre. */
export const facilities: readonly DomainEvent[] = [
  facility('08Z01', undefined, undefined),
  facility('08Z11', '02233', '02266'),
  facility('08Z20', '02302', '02302'),
];

export const place = (level: FigurePlaceKey['level'], code: string): FigurePlaceKey => ({ level, code });

export function periodOf(text: string): Period {
  const period = parsePeriod(text);
  if (!period) throw new Error(`Not a period: ${text}`);
  return period;
}

/** A province in memory: what is told is kept in the log and applied to the view. */
export class Province {
  readonly log = new MemoryLog();
  readonly view = new MemoryView(projectionOfTopic(healthFacts({ pseudonyms }), provinceFigures(register)));
  readonly #reader = new FigureReader(this.view);

  static async open(): Promise<Province> {
    const province = new Province();
    await province.tell(facilities);
    return province;
  }

  async tell(told: readonly DomainEvent[], batchSize = told.length): Promise<void> {
    const events = told.map((event) => this.log.record(event));
    for (let start = 0; start < events.length; start += batchSize)
      await this.view.apply(events.slice(start, start + batchSize));
  }

  async figures(at: FigurePlaceKey, period: string): Promise<ReadonlyMap<IndicatorCode, Figure>> {
    return (await this.#reader.read(at, periodOf(period), today)).figures;
  }

  async figure(code: IndicatorCode, period: string, at = everywhere): Promise<readonly [number, number | null]> {
    const figure = (await this.figures(at, period)).get(code);
    return [figure?.numerator ?? -1, figure?.denominator ?? null];
  }

  /** Sum over the parts of a place. */
  async sumOfParts(code: IndicatorCode, at: FigurePlaceKey, by: 'facility' | 'commune'): Promise<number> {
    const indicator = findIndicator(code);
    if (!indicator) throw new Error(`No indicator ${code}`);
    const parts = new PartsReader(this.view, new FacilityRegister(), register);
    const figures = await parts.read(indicator, at, by, { from: undefined, to: undefined });
    return [...figures.values()].reduce((sum, { numerator }) => sum + numerator, 0);
  }

  /** In the order of the places. */
  async recounted(
    places: readonly FigurePlaceKey[],
    period: string,
    upTo?: number,
  ): Promise<readonly ReadonlyMap<IndicatorCode, Figure>[]> {
    const { places: counted } = await recount(this.log, new FigurePlaces(register), {
      places,
      period: periodOf(period),
      today,
      bound: { position: upTo ?? (await this.log.head()) },
    });
    return counted.map(({ figures }) => figures);
  }
}

/** `code numerator/denominator` of every indicator: what two counts must agree on. */
export const lines = (figures: ReadonlyMap<IndicatorCode, Figure>): readonly string[] =>
  indicators.map(({ code }) => {
    const { numerator, denominator } = figures.get(code) ?? { numerator: NaN, denominator: NaN };
    return `${code} ${Math.round(numerator * 60)}/${denominator}`;
  });

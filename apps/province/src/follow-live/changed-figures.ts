import type { IndicatorAnswer, IndicatorsAnswer } from '../show-indicators/indicator-answer.js';

/** The answer with only those indicators whose figures differ from what was told before; all of them when nothing was. */
export function changedSince(told: IndicatorsAnswer | undefined, now: IndicatorsAnswer): IndicatorsAnswer {
  if (!told) return now;
  const before = new Map(told.indicators.map((indicator) => [indicator.code, indicator]));
  return {
    ...now,
    indicators: now.indicators.filter((indicator) => !sameFigure(indicator, before.get(indicator.code))),
  };
}

const sameFigure = (a: IndicatorAnswer, b: IndicatorAnswer | undefined): boolean =>
  a.numerator === b?.numerator && a.denominator === b.denominator;

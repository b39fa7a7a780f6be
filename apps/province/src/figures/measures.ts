/**
 * What is stored: additive changes per measure, place and day. A flow is the sum over its days; a stock is the sum of all
 * changes up to a day, so that it stands exactly at any day and a late event restates exactly the days it concerns.
 */
import type { IndicatorCode } from '#domain/indicators/indicator.js';

export type Measure =
  | 'visits-insured'
  | 'health-managed-12m'
  | 'high-risk-checked-12m'
  | 'hypertension-found'
  | 'hypertension-managed'
  | 'hypertension-controlled'
  | 'hypertension-controlled-140-90'
  | 'diabetes-found'
  | 'diabetes-managed'
  | 'diabetes-controlled'
  | 'referrals-up'
  | 'referrals-arrived'
  | 'referrals-answered'
  | 'referrals-back'
  | 'referral-answer-minutes';

/** `pair`: one facility and one commune of residence, so that facilities of a place and places of a facility add up. */
export type FigureLevel = 'all' | 'province' | 'district' | 'commune' | 'facility' | 'pair';

/** How an additive indicator's figure is read from a measure. `residents-seen` is not here: it is counted by period. */
export interface FigureReading {
  readonly measure: Measure;
  /** The numerator is the measure's denominator: everybody, or every visit, that the share is of. */
  readonly whole?: true;
  /** The numerator is kept in units this many times smaller. */
  readonly scale?: number;
}

export const figureReadings: Readonly<Record<Exclude<IndicatorCode, 'residents-seen'>, FigureReading>> = {
  visits: { measure: 'visits-insured', whole: true },
  'visits-insured': { measure: 'visits-insured' },
  'residents-known': { measure: 'health-managed-12m', whole: true },
  'health-managed-12m': { measure: 'health-managed-12m' },
  'high-risk-checked-12m': { measure: 'high-risk-checked-12m' },
  'hypertension-found': { measure: 'hypertension-found' },
  'hypertension-managed': { measure: 'hypertension-managed' },
  'hypertension-controlled': { measure: 'hypertension-controlled' },
  'hypertension-controlled-140-90': { measure: 'hypertension-controlled-140-90' },
  'diabetes-found': { measure: 'diabetes-found' },
  'diabetes-managed': { measure: 'diabetes-managed' },
  'diabetes-controlled': { measure: 'diabetes-controlled' },
  'referrals-up': { measure: 'referrals-up' },
  'referrals-arrived': { measure: 'referrals-arrived' },
  'referrals-answered': { measure: 'referrals-answered' },
  'referrals-back': { measure: 'referrals-back' },
  'referral-answer-hours': { measure: 'referral-answer-minutes', scale: 60 },
};

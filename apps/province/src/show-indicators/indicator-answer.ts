import { type Figure, type IndicatorCode, indicators, valueOf } from '#domain/indicators/indicator.js';
import type { Targets } from '../targets/targets.js';

export interface IndicatorAnswer {
  readonly code: string;
  readonly name: { readonly vi: string; readonly en: string };
  readonly numerator: number;
  readonly denominator: number | null;
  /** In the unit; null for a share of nothing. */
  readonly value: number | null;
  readonly unit: string;
  readonly kind: 'flow' | 'stock';
  /** In the unit. */
  readonly target: number | null;
  /** As the document writes it. */
  readonly targetText: string | null;
  readonly source: string;
  readonly version: number;
}

export interface IndicatorsAnswer {
  readonly place: string;
  readonly level: 'all' | 'province' | 'district' | 'commune' | 'facility';
  readonly placeName: string;
  /** The places that hold this one, largest first. */
  readonly within: readonly { readonly place: string; readonly name: string }[];
  readonly period: string;
  /** The moment at which the figures are known, Vietnamese time. */
  readonly asOf: string;
  /** Everything in the log up to here is in the figures. */
  readonly position: number;
  /** Age of the oldest event that is not yet in the figures. */
  readonly delayMs: number;
  readonly indicators: readonly IndicatorAnswer[];
}

/** Every indicator in the order of the list; those without a figure are zero. */
export function indicatorAnswers(
  figures: ReadonlyMap<IndicatorCode, Figure>,
  targets: Targets,
): readonly IndicatorAnswer[] {
  return indicators.map((indicator) => {
    const figure = figures.get(indicator.code) ?? { numerator: 0, denominator: indicator.form === 'count' ? null : 0 };
    const target = targets.get(indicator.code);
    return {
      code: indicator.code,
      name: indicator.name,
      numerator: figure.numerator,
      denominator: figure.denominator,
      value: valueOf(indicator, figure),
      unit: indicator.unit,
      kind: indicator.kind,
      target: target?.value ?? null,
      targetText: target?.text ?? null,
      source: indicator.source,
      version: indicator.version,
    };
  });
}

import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { Client } from './client.js';
import { type Comparison, compareCounts, type Truth } from './truth.js';

interface Indicators {
  readonly indicators: readonly { readonly code: string; readonly numerator: number }[];
}
interface Series {
  readonly points: readonly { readonly key: string; readonly numerator: number }[];
}
interface Reconciliation {
  readonly figures: readonly {
    readonly indicator: string;
    readonly recount: number;
    readonly difference: number;
    readonly denominator: { readonly difference: number } | null;
  }[];
}

const indicatorsOf = (truth: Truth): Readonly<Record<string, number>> => ({
  visits: truth.visits,
  'visits-insured': truth.insuredVisits,
  'residents-seen': truth.distinctResidentsSeen,
  'residents-known': truth.residentsKnown,
  'referrals-up': truth.referralsUp,
  'referrals-arrived': truth.referralsReceived,
  'referrals-back': truth.backReferrals,
});

/** The counts as the province sees them. */
export async function compareFigures(truth: Truth, client: Client, province: string): Promise<readonly Comparison[]> {
  const place = 'figures' as const;
  const { indicators } = await client.get<Indicators>(`/statistics/indicators?place=${province}&period=all`, {
    kind: 'province',
  });
  const numerators = new Map(indicators.map(({ code, numerator }) => [code, numerator]));
  const series = async (by: string): Promise<ReadonlyMap<string, number>> => {
    const { points } = await client.get<Series>(
      `/statistics/series?indicator=visits&place=${province}&from=2000-01-01&to=2099-12-31&by=${by}`,
      { kind: 'province' },
    );
    return new Map(points.filter(({ numerator }) => numerator !== 0).map(({ key, numerator }) => [key, numerator]));
  };
  return [
    ...Object.entries(indicatorsOf(truth)).map(([code, expected]) => ({
      place,
      figure: code,
      expected,
      got: numerators.get(code) ?? Number.NaN,
    })),
    ...compareCounts(place, 'visits', truth.byFacility, await series('facility')),
    ...compareCounts(place, 'visits', truth.byDiagnosis, await series('diagnosis')),
  ];
}

/** A recount of the log must give the same: no figure of any place may differ, and the whole province's must be the truth. */
export async function compareReconciliation(
  truth: Truth,
  client: Client,
  province: string,
  facilities: readonly FacilityDetails[],
): Promise<readonly Comparison[]> {
  const place = 'reconciliation' as const;
  const recounted = async (of: string): Promise<Reconciliation> =>
    client.get<Reconciliation>(`/statistics/reconciliation?place=${of}&period=all`, { kind: 'province' });
  const whole = await recounted(province);
  const recounts = new Map(whole.figures.map(({ indicator, recount }) => [indicator, recount]));
  const places = [whole];
  for (const { code } of facilities) places.push(await recounted(code));
  const figures = places.flatMap((reconciliation) => reconciliation.figures);
  return [
    {
      place,
      figure: `differing figures, of ${figures.length}`,
      expected: 0,
      got: figures.filter(({ difference, denominator }) => difference !== 0 || (denominator?.difference ?? 0) !== 0)
        .length,
    },
    ...Object.entries(indicatorsOf(truth)).map(([code, expected]) => ({
      place,
      figure: `${code}, recounted`,
      expected,
      got: recounts.get(code) ?? Number.NaN,
    })),
  ];
}

/** Finding a person without a number among a million: candidates and their weights, from the view on disk. */
import { type BenchRow, quantile } from '../bench-row.js';
import { fillIndex } from './filled-index.js';
import { measureLinkage } from './linkage.js';

const residents = Number(process.env['BENCH_RESIDENTS'] ?? 1_000_000);
const asked = 2_000;

export async function matchingBench(): Promise<readonly BenchRow[]> {
  const filled = await fillIndex(residents, asked);
  try {
    // The first lookups read the index from disk.
    await measureLinkage(filled.index, filled.sample.slice(0, 200), 5);
    const linkage = await measureLinkage(filled.index, filled.sample);
    const percent = (share: number): number => share * 100;
    return [
      {
        name: `filling the index, each of ${residents.toLocaleString('en')} residents`,
        value: filled.fillCost,
        unit: 'µs',
      },
      { name: 'lookup and weights, median', value: quantile(linkage.milliseconds, 0.5), unit: 'ms' },
      { name: 'lookup and weights, p99', value: quantile(linkage.milliseconds, 0.99), unit: 'ms' },
      {
        name: 'the same in processor time, median',
        value: quantile(linkage.processor, 0.5),
        unit: 'ms',
      },
      { name: 'the same in processor time, p99', value: quantile(linkage.processor, 0.99), unit: 'ms' },
      { name: 'precision of links made without a human', value: percent(linkage.precision), unit: '%' },
      { name: 'recall of links made without a human', value: percent(linkage.recall), unit: '%' },
      { name: 'recall with the pairs put before a human', value: percent(linkage.recallWithReview), unit: '%' },
      { name: 'asked about that a human looks at', value: percent(linkage.reviewed), unit: '%' },
      { name: 'strangers linked to somebody', value: percent(linkage.strangersLinked), unit: '%' },
    ];
  } finally {
    await filled.close();
  }
}

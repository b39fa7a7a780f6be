import type { BenchRow } from './bench-row.js';
import { readStationMessage } from '#station-formats/read-station-message.js';
import { syntheticWorld, type SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';

const seconds = 2;

/** Messages read, checked and translated in one thread: a synthetic month, tidy and untidy, and health records. */
export function benchStationFormats(): readonly BenchRow[] {
  const options = { seed: 7, residents: 150, from: '2026-09-01', to: '2026-09-30', era: '2026' } as const;
  const tidy = syntheticWorld({ ...options, untidy: false }).files;
  const untidy = syntheticWorld({ ...options, untidy: true }).files;
  const envelopes = (files: readonly SyntheticFile[]): readonly SyntheticFile[] =>
    files.filter((file) => file.kind === 'qd4750');
  const tidyEnvelopes = measure(envelopes(tidy));
  return [
    { name: 'read QĐ 4750 episodes', value: tidyEnvelopes.visits, unit: 'episodes/s' },
    { name: 'read QĐ 4750 envelopes', value: tidyEnvelopes.megabytes, unit: 'MB/s' },
    { name: 'read QĐ 4750 episodes, untidy', value: measure(envelopes(untidy)).visits, unit: 'episodes/s' },
    {
      name: 'read QĐ 831 records',
      value: measure(tidy.filter((file) => file.kind === 'qd831')).messages,
      unit: 'records/s',
    },
  ];
}

function measure(files: readonly SyntheticFile[]): {
  readonly visits: number;
  readonly messages: number;
  readonly megabytes: number;
} {
  for (const file of files) readStationMessage(file.bytes);
  let [visits, messages, bytes] = [0, 0, 0];
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    for (const file of files) {
      visits += readStationMessage(file.bytes).records.reduce((count, record) => count + record.visits.length, 0);
      messages += 1;
      bytes += file.bytes.length;
    }
  }
  const elapsed = (performance.now() - started) / 1000;
  return {
    visits: Math.round(visits / elapsed),
    messages: Math.round(messages / elapsed),
    megabytes: Math.round(bytes / elapsed / 1e5) / 10,
  };
}

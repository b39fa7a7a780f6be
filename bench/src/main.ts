/**
 * `npm run bench`: what the product reaches on this machine, beside what the machine itself allows.
 * `npm run bench -- --engines`: on the engines of a province, each a process of its own.
 * `npm run bench -- --cost-per-visit`: bytes and processor time of a visit at each stage, for docs/scaling.md.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchRow } from './bench-row.js';
import { costPerVisit } from './cost-per-visit/cost-per-visit.bench.js';
import { enginesBench } from './engines/engines.bench.js';
import { figureDelayBench } from './engines/figure-delay.bench.js';
import { eventStoreBench } from './event-store.bench.js';
import { fhirBundlesBench } from './fhir-bundles.bench.js';
import { intakeBench } from './intake/intake.bench.js';
import { flowBench } from './flow/flow.bench.js';
import { matchingBench } from './matching/matching.bench.js';
import { benchStationFormats } from './station-formats.bench.js';
import { recordBench } from './record/record.bench.js';
import { rebuildBench } from './views/rebuild.bench.js';
import { viewsBench } from './views/views.bench.js';
import { viewsOnPostgresBench } from './views/views-on-postgres.bench.js';

interface Part {
  readonly title: string;
  readonly run: () => Promise<readonly BenchRow[]> | readonly BenchRow[];
}

const everything: readonly Part[] = [
  { title: 'Event store', run: eventStoreBench },
  { title: 'Station formats', run: benchStationFormats },
  { title: 'Intake', run: intakeBench },
  { title: 'FHIR in', run: fhirBundlesBench },
  { title: 'Views', run: () => viewsBench() },
  { title: 'Views built anew', run: () => rebuildBench() },
  { title: 'Views on PostgreSQL', run: () => viewsOnPostgresBench() },
  { title: 'The record', run: recordBench },
  { title: 'Matching', run: matchingBench },
  { title: 'The whole flow', run: flowBench },
];

const onEngines: readonly Part[] = [
  { title: 'Relay and views, engines out of process', run: () => enginesBench() },
  { title: 'Rebuild, embedded', run: () => viewsBench() },
  { title: 'Commit to figure, services and engines out of process', run: () => figureDelayBench() },
];

const { values: asked } = parseArgs({
  options: { engines: { type: 'boolean' }, 'cost-per-visit': { type: 'boolean' } },
});
const parts = asked.engines
  ? onEngines
  : asked['cost-per-visit']
    ? [{ title: 'Cost of a visit', run: () => costPerVisit() }]
    : everything;

const processor = cpus();
console.log(`${processor.length} × ${processor[0]?.model ?? 'unknown processor'}, Node ${process.version}\n`);
for (const { title, run } of parts) {
  console.log(title);
  for (const row of await run()) console.log(line(row));
  console.log();
}

function line({ name, value, unit, ratioTo }: BenchRow): string {
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 3;
  const amount = value.toLocaleString('en', { maximumFractionDigits: digits });
  const ratio = ratioTo ? `   ${(ratioTo.ratio * 100).toFixed(0)} % of ${ratioTo.name}` : '';
  return `  ${name.padEnd(64)} ${amount.padStart(12)} ${unit}${ratio}`;
}

import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStationMessage } from '../src/read-station-message.js';
import type { Fault, StationMessage } from '../src/station-message.js';
import { countBy, tally, type Tally } from './tally.js';

// From dist/libs/station-formats/test to the repository.
const samples = join(fileURLToPath(new URL('.', import.meta.url)), '../../../../samples');

const folders = [
  {
    name: 'station-messages-1',
    // Visits without a card that yet state a total within the insurance.
    faults: { 'warning money-does-not-add-up XML1/T_TONGCHI_BH': 3 },
  },
  {
    name: 'station-messages-2',
    // A resubmitted visit whose transfer paper still has the uncorrected diagnosis.
    faults: { 'warning money-does-not-add-up XML1/T_TONGCHI_BH': 6, 'warning differs-from-xml1 XML13/CHAN_DOAN_RV': 1 },
  },
  { name: 'station-messages-2025', faults: { 'warning money-does-not-add-up XML1/T_TONGCHI_BH': 5 } },
];

function readFolder(folder: string): readonly StationMessage[] {
  return ['qd4750', 'qd831'].flatMap((kind) =>
    readdirSync(join(samples, folder, kind))
      .toSorted()
      .map((file) => readStationMessage(readFileSync(join(samples, folder, kind, file)))),
  );
}

const faultsOf = (message: StationMessage): readonly Fault[] => [
  ...message.faults,
  ...message.records.flatMap((record) => [...record.faults, ...record.visits.flatMap((visit) => visit.faults)]),
];

describe.each(folders)('$name', ({ name, faults }) => {
  const messages = readFolder(name);

  it('counts what its truth.json says', () => {
    const truth = JSON.parse(readFileSync(join(samples, name, 'truth.json'), 'utf8')) as Tally & { records831: number };
    const counted = tally(messages, '08Z01');
    expect(counted).toEqual(Object.fromEntries(Object.keys(counted).map((key) => [key, truth[key as keyof Tally]])));
    expect(messages.filter((message) => message.format === 'qd831')).toHaveLength(truth.records831);
  });

  it('has no errors, and no warnings but those that are true of it', () => {
    const found = countBy(
      messages
        .flatMap(faultsOf)
        .map((fault) => `${fault.severity} ${fault.code} ${fault.path.replace(/^HOSO\[\d+\]\//, '')}`),
    );
    expect(found).toEqual(faults);
  });

  it('reads blood pressure and weight of every visit', () => {
    const visits = messages.flatMap((message) =>
      message.records.flatMap((record) => record.visits.map(({ visit }) => visit)),
    );
    expect(visits.length).toBeGreaterThan(0);
    for (const { vitals } of visits) {
      expect(vitals.systolic).toBeGreaterThan(80);
      expect(vitals.diastolic).toBeGreaterThan(40);
      expect(vitals.weight).toBeGreaterThan(3);
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { SetupError } from '#platform/setup-error.js';
import { describeFacilities } from './describe-facilities.js';
import { readFacilityTable } from './facility-table.js';
import { followFacilities } from './follow-facilities.js';

const heading =
  'code\tname\tkind\tcare_level\tprovince_code\tdistrict_code_until_2025-06-30\tcommune_code_until_2025-06-30\tcommune_code_from_2025-07-01\trefers_to';
const station = '08Z11\tTrạm Y tế Thử (giả lập)\tcommune-station\tinitial\t08\t071\t02233\t02266\t08Z01';
const centre = '08Z01\tTrung tâm Thử (giả lập)\tdistrict-health-centre\tbasic\t08\t071\t\t\t08Z00';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facilities-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tableOf = (...lines: readonly string[]): string => {
  const file = join(folder, 'facilities.tsv');
  writeFileSync(file, lines.join('\n'));
  return file;
};

describe('a table of facilities', () => {
  it('gives each facility its places by the time in the headings', () => {
    expect(readFacilityTable(tableOf(heading, station, centre, ''))).toEqual([
      {
        code: '08Z11',
        name: 'Trạm Y tế Thử (giả lập)',
        kind: 'commune-station',
        careLevel: 'initial',
        provinceCode: '08',
        places: [
          { districtCode: '071', communeCode: '02233', validTo: '2025-06-30' },
          { communeCode: '02266', validFrom: '2025-07-01' },
        ],
        refersTo: '08Z01',
      },
      {
        code: '08Z01',
        name: 'Trung tâm Thử (giả lập)',
        kind: 'district-health-centre',
        careLevel: 'basic',
        provinceCode: '08',
        places: [{ districtCode: '071', validTo: '2025-06-30' }],
        refersTo: '08Z00',
      },
    ]);
  });

  it('may have a byte-order mark, CRLF and columns in another order', () => {
    const file = tableOf(
      '\uFEFFrefers_to\tcare_level\tprovince_code\tkind\tname\tcode\r',
      '\tbasic\t08\tother\tX\t08Z99\r',
      '',
    );
    expect(readFacilityTable(file)).toEqual([
      { code: '08Z99', name: 'X', kind: 'other', careLevel: 'basic', provinceCode: '08', places: [] },
    ]);
  });

  it.each([
    ['a code that is none', [heading, station.replace('08Z11', '8Z11')], 'row 1: code'],
    ['a code twice', [heading, station, station], 'row 2: code'],
    ['an unknown kind', [heading, centre, station.replace('commune-station', 'tram')], 'row 2: kind'],
    ['an unknown level', [heading, station.replace('initial', 'first')], 'row 1: care_level'],
    ['a province that is none', [heading, station.replace('\t08\t', '\tTQ\t')], 'row 1: province_code'],
    ['a referral to nowhere', [heading, station.replace('08Z01', 'hospital')], 'row 1: refers_to'],
    ['a missing column', [heading.replace('kind', 'type'), station], 'kind'],
  ])('with %s is refused by file and row', (_, lines, where) => {
    const file = tableOf(...lines);
    const refused = (): unknown => readFacilityTable(file);
    expect(refused).toThrow(where);
    expect(refused).toThrow(file);
  });

  it('that is not there is told so in both languages', () => {
    try {
      readFacilityTable(join(folder, 'none.tsv'));
      throw new Error('was not refused');
    } catch (error) {
      expect((error as SetupError).text).toEqual({
        vi: expect.stringContaining('none.tsv'),
        en: expect.stringContaining('none.tsv'),
      });
    }
  });
});

describe('facilities in the log', () => {
  it('are appended only where the table differs, and the register follows', async () => {
    const events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    const followed = await followFacilities(events);
    try {
      const file = tableOf(heading, station, centre);
      await followed.waitFor(await describeFacilities(events, readFacilityTable(file)), 5_000);
      expect(followed.register.get('08Z11')?.refersTo).toBe('08Z01');
      const head = await events.head();

      expect(await describeFacilities(events, readFacilityTable(file))).toBe(0);
      expect(await events.head()).toBe(head);

      const changed = tableOf(heading, station.replace('02266', '02269'), centre);
      await followed.waitFor(await describeFacilities(events, readFacilityTable(changed)), 5_000);
      expect(followed.register.get('08Z11')?.places.at(-1)?.communeCode).toBe('02269');
      expect(await events.head()).toBe(head + 1);

      const later = await followFacilities(events);
      expect(later.register.all()).toEqual(followed.register.all());
      await later.stop();
    } finally {
      await followed.stop();
      await events.close();
    }
  });
});

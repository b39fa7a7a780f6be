import { describe, expect, it } from '@jest/globals';
import type { ResidentId } from '#domain/ids.js';
import { decideVisit, evolveVisit, initialVisit, type VisitCommand } from '#domain/visits/visit.js';
import { readStationMessage } from '../src/read-station-message.js';
import { envelopeTables, type TableName } from '../src/schema/envelope-tables.js';
import { writeEnvelope, type RecordTables } from '../src/writing/write-envelope.js';
import { summaryRow } from './sample-rows.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;

/** A text field of each table that is told in words, and where the visit has it. */
const told: Readonly<Record<TableName, readonly [field: string, place: string]>> = {
  XML0: ['TEN_DICH_VU', 'papers'],
  XML2: ['TEN_THUOC', 'medications'],
  XML3: ['TEN_DICH_VU', 'services'],
  XML4: ['KET_LUAN', 'results'],
  XML5: ['DIEN_BIEN_LS', 'notes'],
  XML6: ['MA_PHAC_DO_DIEU_TRI', 'papers'],
  XML7: ['GHI_CHU', 'papers'],
  XML8: ['TOMTAT_KQ', 'papers'],
  XML9: ['TINH_TRANG_CON', 'papers'],
  XML10: ['DON_VI', 'papers'],
  XML11: ['DON_VI', 'papers'],
  XML12: ['KET_QUA_KHAM', 'papers'],
  XML13: ['DAU_HIEU_LS', 'transfer'],
  XML14: ['SO_GIAYHEN_KL', 'appointment'],
  XML15: ['DU_PHONG', 'otherTables'],
};

const record = (tables: RecordTables): VisitCommand => {
  const message = readStationMessage(
    writeEnvelope({ sender: '08Z11', created: '20260902', records: [{ XML1: [summaryRow], ...tables }] }),
  );
  const visit = message.records[0]?.visits[0]?.visit;
  if (!visit) throw new Error('no visit was read');
  return { type: 'RecordVisit', resident, source: 'insurance-claim', visit };
};

describe('an episode sent again', () => {
  it('is tried for every table but the summary', () => {
    expect(new Set(Object.keys(told))).toEqual(new Set([...envelopeTables.keys()].filter((name) => name !== 'XML1')));
  });

  it.each(Object.entries(told))(
    'replaces %s: nothing of the first stays, and it says what changed',
    (name, [field, place]) => {
      const rows = (...values: readonly string[]): RecordTables => ({
        [name]: values.map((value, index) => ({
          MA_LK: summaryRow['MA_LK'] ?? '',
          STT: String(index + 1),
          // What a transfer paper and an appointment cannot be without.
          ...(name === 'XML13' && { SO_CHUYENTUYEN: 'CT-1', MA_NOI_DEN: '08Z01' }),
          ...(name === 'XML14' && { NGAY_HEN_KL: '202610030800' }),
          [field]: value,
        })),
      });
      const first = decideVisit(record(rows('first')), initialVisit);
      if (!('events' in first)) throw new Error('not recorded');
      const state = first.events.reduce(evolveVisit, initialVisit);
      expect(decideVisit(record(rows('first')), state)).toEqual({ outcome: 'unchanged' });
      const second = decideVisit(record(rows('second')), state);
      expect(second).toMatchObject({
        outcome: 'amended',
        events: [{ type: 'VisitAmended', data: { changed: [place] } }],
      });
      expect(JSON.stringify(second)).toContain('second');
      expect(JSON.stringify(second)).not.toContain('first');
      const without = decideVisit(record({}), state);
      expect(without).toMatchObject({ outcome: 'amended' });
      expect(JSON.stringify(without)).not.toContain('first');
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import { readStationMessage } from '../src/read-station-message.js';
import type { StationRecord } from '../src/station-message.js';
import {
  tidyEnvelope,
  tidyTable,
  writeEnvelope,
  writeTable,
  type EnvelopeStyle,
  type RecordTables,
  type TableRow,
} from '../src/writing/write-envelope.js';
import { episode, summaryRow } from './sample-rows.js';

const envelope = (record: RecordTables, style: Partial<EnvelopeStyle> = {}): Buffer =>
  writeEnvelope({ sender: '08Z11', created: '20260902', records: [record] }, { ...tidyEnvelope, ...style });
const read = (record: RecordTables, style: Partial<EnvelopeStyle> = {}): StationRecord => {
  const [found] = readStationMessage(envelope(record, style)).records;
  if (!found) throw new Error('no record was read');
  return found;
};
const link = { MA_LK: summaryRow['MA_LK'] ?? '' };
const child: TableRow = { ...summaryRow, HO_TEN: 'Nông Văn Bé', NGAY_SINH: '202609010000', SO_CCCD: '' };

describe('papers of a visit', () => {
  it('are read by name: sick leave, HIV care, tuberculosis', () => {
    const { visits } = read({
      ...episode,
      XML6: [{ ...link, NGAYKD_HIV: '20240102', MA_PHAC_DO_DIEU_TRI: 'TLD', SO_NGAY_CAP_THUOC_ARV: '30' }],
      XML11: [
        { ...link, SO_SERI: 'S1', SO_NGAY_NGHI: '3', TU_NGAY: '20260902', DEN_NGAY: '20260904', DON_VI: 'Trường' },
      ],
      XML15: [{ ...link, PHANLOAI_LAO_VITRI: '1', PHACDO_DTRI_LAO: '02' }],
    });
    expect(visits[0]?.visit.papers).toEqual([
      { kind: 'hiv-care', sensitive: 'hiv', confirmedOn: '2024-01-02', regimen: 'TLD', drugsGivenFor: 30 },
      { kind: 'sick-leave', serial: 'S1', days: 3, from: '2026-09-02', to: '2026-09-04', employer: 'Trường' },
      { kind: 'tuberculosis-care', site: '1', regimen: '02' },
    ]);
  });

  it('of tuberculosis are sensitive where they tell of HIV', () => {
    const { visits } = read({ ...episode, XML15: [{ ...link, PHANLOAI_LAO_HIV: '1' }] });
    expect(visits[0]?.visit.papers).toEqual([{ kind: 'tuberculosis-care', sensitive: 'hiv', hivStatus: '1' }]);
  });

  it('keep what cannot be read in the row as sent', () => {
    const { visits } = read({ ...episode, XML10: [{ ...link, SO_CT: '7', TU_NGAY: 'hôm qua' }] });
    expect(visits[0]?.visit).toMatchObject({
      papers: [{ kind: 'maternity-rest', number: '7' }],
      otherTables: { XML10: [{ TU_NGAY: 'hôm qua' }] },
    });
  });

  it('name the mother of a newborn in its own record, not in hers', () => {
    const birth = { ...link, HO_TEN_NND: 'Nông Thị Hoa', SO_CCCD_NND: '008161689048', NGAY_SINH_CON: '202609010310' };
    expect(read({ XML1: [child], XML9: [birth] }).person?.mother).toEqual({
      name: 'Nông Thị Hoa',
      identifiers: [{ system: 'national-id', value: '008161689048' }],
    });
    const mother = read({ ...episode, XML9: [{ ...birth, CAN_NANG_CON: '3200' }] });
    expect(mother.person).not.toHaveProperty('mother');
    expect(mother.visits[0]?.visit.papers).toMatchObject([{ kind: 'birth-certificate', birthWeight: 3200 }]);
    expect(
      read({ XML1: [child], XML7: [{ ...link, HO_TEN_ME: 'Nông Thị Hoa', MA_ME: '0883970800' }] }).person?.mother,
    ).toEqual({ name: 'Nông Thị Hoa', identifiers: [{ system: 'insurance-number', value: '0883970800' }] });
  });
});

describe('a check-in', () => {
  const row: TableRow = {
    ...link,
    HO_TEN: 'Nông Thị Hoa',
    NGAY_SINH: '196105110000',
    GIOI_TINH: '2',
    NGAY_VAO: '202609021050',
    MA_CSKCB: '08Z11',
    MA_LOAI_KCB: '01',
    NGAY_YL: '202609021055',
  };

  it('is an episode that has begun, in an envelope or by itself', () => {
    const alone = readStationMessage(Buffer.from(writeTable('XML0', [row, { ...row, MA_LK: 'X2' }])));
    expect(alone).toMatchObject({ format: 'qd4750', sender: '08Z11' });
    expect(alone.records).toHaveLength(2);
    for (const record of [read({ XML0: [row] }), alone.records[0]]) {
      expect(record).toMatchObject({
        source: 'check-in',
        person: { details: { name: 'Nông Thị Hoa', sex: 'female' } },
        visits: [
          {
            visit: {
              episode: link.MA_LK,
              start: '2026-09-02T10:50:00+07:00',
              careType: '01',
              papers: [{ kind: 'check-in', orderedAt: '2026-09-02T10:55:00+07:00' }],
            },
          },
        ],
      });
      expect(record?.visits[0]?.visit).not.toHaveProperty('end');
    }
  });
});

describe('a withdrawal', () => {
  it('is an XML1 of payer category 8: it names the episode and nothing else', () => {
    expect(read({ ...episode, XML1: [{ ...summaryRow, MA_DOITUONG_KCB: '8' }] })).toMatchObject({
      withdrawal: { facility: '08Z11', episode: link.MA_LK },
      visits: [],
    });
  });
});

describe('odd writing', () => {
  const tidy = read(episode);

  it.each([
    ['tags in small letters', { tags: 'lower' }, []],
    ['tags with a prefix', { tags: 'prefixed' }, []],
    ['UTF-16, little-endian', { encoding: 'utf-16le' }, ['utf-16']],
    ['UTF-16, big-endian', { encoding: 'utf-16be' }, ['utf-16']],
  ] as const)('in %s is read like any other', (_name, odd, codes) => {
    const table = (): typeof tidyTable => ({ ...tidyTable, ...odd });
    const message = readStationMessage(envelope(episode, { ...odd, table }));
    expect(message.faults.map(({ code }) => code)).toEqual(codes);
    const [record] = message.records;
    expect(new Set(record?.faults.map(({ code }) => code))).toEqual(new Set(codes));
    expect({ ...record, faults: [] }).toEqual({ ...tidy, faults: [] });
  });

  it('with letters and marks apart, or in capitals, names the same person', () => {
    const apart = read(episode, { table: () => ({ ...tidyTable, composition: 'NFD' }) });
    expect(apart).toEqual(tidy);
    const capitals = read({ ...episode, XML1: [{ ...summaryRow, HO_TEN: 'NÔNG THỊ HOA' }] });
    expect(capitals.person?.details.name).toBe('NÔNG THỊ HOA');
  });
});

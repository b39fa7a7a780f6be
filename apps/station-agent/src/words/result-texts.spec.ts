import { describe, expect, it } from '@jest/globals';
import { readResult } from './result.js';
import { faultsText, reasonText } from './result-texts.js';

const fault = (severity: string, number = 1) => ({
  path: `HOSO[${number}]/XML1/NGAY_VAO`,
  code: 'required',
  severity,
  text: { vi: 'Thiếu ngày vào khám.', en: 'The date of arrival is missing.' },
});
const receipt = (records: readonly object[]) => ({
  id: '08Z13-1',
  digest: 'd',
  status: 'refused',
  faults: [],
  records,
});
const refusal = (more: object) =>
  readResult(
    JSON.stringify({
      type: 'urn:lien-tuyen:problem:nothing-taken',
      title: 'Không phần nào được nhận',
      status: 422,
      en: { title: 'Nothing could be taken' },
      ...more,
    }),
  );

describe('the reason of a refusal', () => {
  const text = reasonText('a.xml', refusal({ receipt: receipt([{ episode: 'E1', faults: [fault('error')] }]) }));

  it('says Vietnamese first, English beside, and names path, episode and receipt', () => {
    expect(text).toContain('Lý do: Không phần nào được nhận.\r\nReason: Nothing could be taken.\r\n');
    expect(text).toContain(
      '1. [lỗi / error] HOSO[1]/XML1/NGAY_VAO (đợt điều trị / episode E1)\r\n   Thiếu ngày vào khám.\r\n   The date of arrival is missing.\r\n',
    );
    expect(text).toContain('Biên nhận / receipt: 08Z13-1');
  });

  it('opens right in an old editor', () => {
    expect(text.startsWith('\uFEFF')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('is told for a gateway that takes no large files', () => {
    expect(reasonText('a.xml', readResult('{"status":413}'))).toContain('Tệp quá lớn');
    expect(reasonText('a.xml', readResult('{"status":418}'))).toContain('(mã 418)');
  });

  it('ends somewhere when there are very many faults', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => fault('error', index));
    const long = reasonText('a.xml', refusal({ receipt: receipt([{ faults: many }]) }));
    expect(long).toContain('… và 500 lỗi nữa');
    expect(long).not.toContain('1001. ');
  });

  it('keeps control characters of a name from doing anything', () => {
    expect(reasonText('a\u001B[2J.xml', refusal({}))).toContain('a [2J.xml');
  });
});

it('the faults of a file that was taken say which parts were not', () => {
  const result = readResult(JSON.stringify(receipt([{ faults: [fault('warning'), fault('error', 2)] }])));
  const text = faultsText('a.xml', result);
  expect(text).toContain('1. [cảnh báo / warning] HOSO[1]');
  expect(text).toContain('2. [lỗi / error] HOSO[2]');
  expect(text).not.toContain('Lý do');
});

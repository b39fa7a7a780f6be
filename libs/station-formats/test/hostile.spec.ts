import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readStationMessage } from '../src/read-station-message.js';
import { syntheticWorld } from '../src/synthetic/synthetic-world.js';
import { UnreadableMessage } from '../src/unreadable-message.js';
import { writeEnvelope } from '../src/writing/write-envelope.js';
import { episode } from './sample-rows.js';

const good = writeEnvelope({ sender: '08Z11', created: '20260902', records: [episode] });

/** The fault codes of a message that cannot be read; `read` for one that can. Anything else thrown fails the test. */
function outcome(bytes: Uint8Array): string {
  try {
    readStationMessage(bytes);
    return 'read';
  } catch (fault) {
    if (!(fault instanceof UnreadableMessage)) throw fault;
    expect(fault.faults.length).toBeGreaterThan(0);
    for (const { text, severity } of fault.faults) {
      expect(severity).toBe('error');
      expect(text.vi).not.toBe('');
      expect(text.en).not.toBe('');
    }
    return fault.faults.map(({ code }) => code).join();
  }
}

const envelope = (inner: string): Buffer =>
  Buffer.from(
    `<GIAMDINHHS><THONGTINDONVI><MACSKCB>08Z11</MACSKCB></THONGTINDONVI><THONGTINHOSO><NGAYLAP>20260902</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>${inner}</NOIDUNGFILE></FILEHOSO></HOSO></THONGTINHOSO></GIAMDINHHS>`,
  );

const bomb =
  '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]>';

describe('what is not a message', () => {
  it.each([
    ['nothing', '', 'not-well-formed'],
    ['blanks', ' \n ', 'not-well-formed'],
    ['words', 'Kính gửi Sở Y tế', 'not-well-formed'],
    ['JSON', '{"a":1}', 'not-well-formed'],
    ['a web page', '<html><body>502 Bad Gateway</body></html>', 'unknown-format'],
    ['another document', '<Bundle xmlns="http://hl7.org/fhir"/>', 'unknown-format'],
    ['an entity bomb', `${bomb}<GIAMDINHHS>&z;</GIAMDINHHS>`, 'doctype-refused'],
    [
      'an external entity',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><GIAMDINHHS>&x;</GIAMDINHHS>',
      'doctype-refused',
    ],
    ['an undeclared entity', '<GIAMDINHHS>&x;</GIAMDINHHS>', 'not-well-formed'],
    ['deep nesting', `<GIAMDINHHS>${'<a>'.repeat(100_000)}`, 'too-deep'],
    [
      'deep nesting in a table',
      envelope(`<TONG_HOP>${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}</TONG_HOP>`).toString(),
      'too-deep',
    ],
    ['countless records', `<GIAMDINHHS>${'<HOSO/>'.repeat(20_001)}</GIAMDINHHS>`, 'too-many-elements'],
    [
      'countless attributes',
      `<GIAMDINHHS ${Array.from({ length: 100_000 }, (_, at) => `a${at}="1"`).join(' ')}/>`,
      'not-well-formed',
    ],
    ['a tag without end', `<${'A'.repeat(1_000_000)}`, 'not-well-formed'],
  ])('%s is refused', (_, text, code) => {
    expect(outcome(Buffer.from(text))).toBe(code);
  });

  it('in another encoding is refused with a word about it', () => {
    const text = good.toString();
    expect(outcome(Buffer.from(text, 'utf16le'))).toBe('wrong-encoding');
    // With a mark it can be read; what is cut in the middle of a character cannot.
    expect(outcome(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16())).toBe('read');
    expect(outcome(Buffer.from(`\uFEFF${text}`, 'utf16le').subarray(0, -1))).toBe('wrong-encoding');
    expect(outcome(Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from(text)]))).toBe('wrong-encoding');
    expect(
      outcome(Buffer.concat([Buffer.from('<GIAMDINHHS>'), Buffer.from([0xc4]), Buffer.from('</GIAMDINHHS>')])),
    ).toBe('wrong-encoding');
    expect(outcome(Buffer.from('<?xml version="1.0" encoding="windows-1258"?><GIAMDINHHS/>'))).toBe('wrong-encoding');
  });

  it('larger than allowed is refused before it is looked at', () => {
    expect(outcome(Buffer.alloc(65 * 1024 * 1024))).toBe('too-large');
    expect(() => readStationMessage(good, { bytes: 100 })).toThrow(UnreadableMessage);
    expect(() => readStationMessage(good, { elements: 50 })).toThrow('too-many-elements');
  });

  it('cut off anywhere is refused', () => {
    for (let end = 0; end < good.length - 1; end += 7) expect(outcome(good.subarray(0, end))).not.toBe('read');
  });
});

describe('what hides in a record', () => {
  const inBase64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

  it.each([
    ['an entity bomb', inBase64(`${bomb}<TONG_HOP>&z;</TONG_HOP>`), 'doctype-refused'],
    ['UTF-16', inBase64(Buffer.from('<TONG_HOP/>', 'utf16le')), 'wrong-encoding'],
    ['another encoding', inBase64('<?xml version="1.0" encoding="windows-1258"?><TONG_HOP/>'), 'wrong-encoding'],
    ['deep nesting', inBase64('<a>'.repeat(1000)), 'too-deep'],
    ['half a document', inBase64('<TONG_HOP><MA_LK>1</MA_LK>'), 'not-well-formed'],
    ['two documents', inBase64('<TONG_HOP/><TONG_HOP/>'), 'not-well-formed'],
    ['no base64', '@@@@', 'not-well-formed'],
    ['compressed bytes', 'H4sIAAAAAAAAA0vMSy4BAAAA//8=', 'wrong-encoding'],
  ])('%s refuses the record and no more', (_, content, code) => {
    const [record] = readStationMessage(envelope(content)).records;
    expect(record?.faults[0]).toMatchObject({ severity: 'error', code });
    expect(record?.visits).toEqual([]);
  });

  it('ten thousand fields, and one ten thousand times, are kept and counted', () => {
    const fields = Array.from({ length: 10_000 }, (_, at) => `<F${at}>1</F${at}>`).join('') + '<G>1</G>'.repeat(9000);
    const [record] = readStationMessage(
      envelope(`<TONG_HOP><MA_LK>E1</MA_LK><HO_TEN>A B</HO_TEN><NGAY_VAO>20260902</NGAY_VAO>${fields}</TONG_HOP>`),
    ).records;
    expect(Object.keys(record?.visits[0]?.visit.otherTables?.['XML1']?.[0] ?? {})).toHaveLength(19_000);
    expect(record?.faults.length).toBeLessThan(300);
    expect(record?.faults.at(-1)?.code).toBe('more-faults');
  });

  it('names that mean something to JavaScript are only names', () => {
    const [record] = readStationMessage(
      envelope(
        '<TONG_HOP><MA_LK>E1</MA_LK><HO_TEN>A B</HO_TEN><NGAY_VAO>20260902</NGAY_VAO><__proto__>1</__proto__><constructor>2</constructor></TONG_HOP>',
      ),
    ).records;
    const kept = record?.visits[0]?.visit.otherTables?.['XML1']?.[0] ?? {};
    expect(Object.entries(kept)).toEqual(
      expect.arrayContaining([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    );
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('SQL and script in a name stay a name', () => {
    const name = `Robert'); DROP TABLE residents;-- <script>alert(1)</script>`;
    const [record] = readStationMessage(
      writeEnvelope({
        sender: '08Z11',
        created: '20260902',
        records: [{ XML1: [{ MA_LK: 'E1', HO_TEN: name, NGAY_VAO: '202609021050' }] }],
      }),
    ).records;
    expect(record?.person?.details.name).toBe(name);
  });

  it('a text of twenty megabytes is read within bounds', () => {
    const started = performance.now();
    const [record] = readStationMessage(
      envelope(
        `<TONG_HOP><MA_LK>E1</MA_LK><HO_TEN>A B</HO_TEN><NGAY_VAO>20260902</NGAY_VAO><GHI_CHU>${'HA '.repeat(7_000_000)}</GHI_CHU></TONG_HOP>`,
      ),
    ).records;
    expect(record?.visits).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

it('whatever is done to a message, it is read or refused in words', () => {
  const world = syntheticWorld({
    seed: 21,
    residents: 12,
    from: '2026-09-01',
    to: '2026-09-20',
    era: '2026',
    untidy: true,
  });
  const bytes = fc.constantFrom(...world.files.map((file) => file.bytes));
  const change = fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(40),
    inserted: fc.oneof(
      fc.uint8Array({ maxLength: 4 }).map((part) => Buffer.from(part)),
      fc
        .constantFrom(
          '<',
          '>',
          '</',
          '&',
          ']]>',
          '<![CDATA[',
          '<?xml',
          '<!DOCTYPE',
          '\0',
          '<HOSO>',
          '</HOSO>',
          '<NOIDUNGFILE>',
          '=',
          '-',
        )
        .map((part) => Buffer.from(part)),
    ),
  });
  fc.assert(
    fc.property(bytes, fc.array(change, { minLength: 1, maxLength: 4 }), (original, changes) => {
      const changed = changes.reduce<Buffer>((current, { place, removed, inserted }) => {
        const at = Math.floor(place * current.length);
        return Buffer.concat([current.subarray(0, at), inserted, current.subarray(at + removed)]);
      }, original);
      outcome(changed);
    }),
    { numRuns: 1500 },
  );
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLargeEnvelope } from '../src/read-large-envelope.js';
import { readStationMessage } from '../src/read-station-message.js';
import type { StationMessage, StationRecord } from '../src/station-message.js';
import { syntheticWorld } from '../src/synthetic/synthetic-world.js';
import { UnreadableMessage } from '../src/unreadable-message.js';

/** The bytes in pieces of these lengths, over and over. */
async function* piecesOf(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    // A view of a larger buffer, as a file or a socket gives it.
    yield Buffer.from(bytes.subarray(at, at + length));
    at += length;
  }
}

async function readInPieces(bytes: Uint8Array, lengths: readonly number[]): Promise<StationMessage | undefined> {
  const read = await readLargeEnvelope(() => piecesOf(bytes, lengths));
  if (!read) return undefined;
  const records: StationRecord[] = [];
  for await (const record of read.records) records.push(record);
  expect(records).toHaveLength(read.records.length);
  return { ...read, records };
}

function readWhole(bytes: Uint8Array): StationMessage | undefined {
  try {
    return readStationMessage(bytes);
  } catch (error) {
    if (error instanceof UnreadableMessage) return undefined;
    throw error;
  }
}

const envelopes = syntheticWorld({
  seed: 5,
  residents: 40,
  from: '2026-03-01',
  to: '2026-06-30',
  era: '2026',
  untidy: true,
})
  .files.filter(({ kind }) => kind === 'qd4750')
  .map(({ bytes }) => bytes);
const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 9000 })), {
  minLength: 1,
  maxLength: 5,
});

describe('an envelope that comes in pieces', () => {
  it('is read as one that is there as a whole, however it is cut and written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...envelopes), lengths, async (bytes, cuts) => {
        expect(await readInPieces(bytes, cuts)).toEqual(readStationMessage(bytes));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('is as readable, or unreadable, when it is damaged', async () => {
    const damage = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      '&',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x',
      '<HOSO>',
      '</HOSO>',
      'x',
      '\u0000',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...envelopes),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(30),
        damage,
        lengths,
        async (bytes, where, cut, inserted, cuts) => {
          const text = bytes.toString();
          const at = Math.floor(where * text.length);
          const damaged = Buffer.from(text.slice(0, at) + inserted + text.slice(at + cut));
          let inPieces: StationMessage | undefined;
          try {
            inPieces = await readInPieces(damaged, cuts);
          } catch (error) {
            if (!(error instanceof UnreadableMessage)) throw error;
          }
          // Without a record it is left to the reader of whole messages.
          const whole = readWhole(damaged);
          if (inPieces !== undefined || (whole?.records.length ?? 0) > 0) expect(inPieces).toEqual(whole);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('knows a record by its tags, not by what looks like one', async () => {
    const text =
      `<?xml version="1.0"?><!-- <HOSO> --><GIAMDINHHS a="<!" b='>'><HOSO a="</HOSO>"/><![CDATA[<HOSO>]]><HOSO><x y='>'/><!-- </HOSO> --><HOSO></HOSO></HOSO >
      <THONGTINDONVI><MACSKCB>08Z11</MACSKCB></THONGTINDONVI></GIAMDINHHS>`
        .replace('a="<!"', 'a="!"')
        .replace('a="</HOSO>"', 'a="/HOSO>"');
    for (const cut of [1, 2, 3, 7, 1000]) {
      const read = await readInPieces(Buffer.from(text), [cut]);
      expect(read).toEqual(readStationMessage(Buffer.from(text)));
      expect(read?.records).toHaveLength(2);
    }
  });

  it('is known by its names in any case and with a prefix', async () => {
    const [bytes = Buffer.alloc(0)] = envelopes;
    const renamed = Buffer.from(
      bytes
        .toString()
        .replaceAll(/<(\/?)HOSO>/g, '<$1hs:Hoso>')
        .replaceAll('GIAMDINHHS', 'hs:GiamDinhHs'),
    );
    const read = await readInPieces(renamed, [700]);
    expect(read).toEqual(readStationMessage(renamed));
    expect(read?.records.length).toBeGreaterThan(0);
  });

  it('has a record refused that is too large to be read, and the others taken', async () => {
    const [bytes] = envelopes;
    const whole = readStationMessage(bytes ?? Buffer.alloc(0));
    const text = (bytes ?? '').toString();
    const huge = `<HOSO><FILEHOSO><NOIDUNGFILE>${'QUJD'.repeat(2.2 * 1024 * 1024)}</NOIDUNGFILE></FILEHOSO></HOSO>`;
    const read = await readInPieces(Buffer.from(text.replace('<HOSO>', `${huge}<HOSO>`)), [1024 * 1024]);
    expect(read?.records[0]).toMatchObject({ path: 'HOSO[1]', visits: [], faults: [{ code: 'record-too-large' }] });
    expect(read?.records[1]?.visits).toEqual(whole.records[0]?.visits);
  });

  it('is not taken for an envelope when it is something else', async () => {
    for (const other of ['<DATA><HEADER/></DATA>', '{"a":1}', 'x'.repeat(3_000_000)]) {
      expect(await readInPieces(Buffer.from(other), [100_000])).toBeUndefined();
    }
  });
});

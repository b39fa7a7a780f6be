import { setImmediate as nextTurn } from 'node:timers/promises';
import { EnvelopeSlicer, type RecordSlice, type SlicingLimits } from './envelope/envelope-slicer.js';
import { giveBack } from './envelope/give-back.js';
import { checkHeader } from './envelope/read-envelope-message.js';
import { mostRecords, readEnvelope, readRecord, tooMany, type EnvelopeHeader } from './envelope/read-envelope.js';
import { translateRecord } from './envelope/translate-record.js';
import { declaredUtf16, defaultLimits, faultOf, type ReadingLimits } from './open-message.js';
import type { Fault, StationMessage, StationRecord } from './station-message.js';
import { UnreadableMessage } from './unreadable-message.js';
import { decodeBase64, decodeUtf8 } from './xml/decode-text.js';
import { openDocument } from './xml/open-document.js';
import { plainName } from './xml/plain-name.js';
import { XmlFault } from './xml/xml-fault.js';
import type { XmlBudget } from './xml/xml-scanner.js';

/** An envelope of which one record is in memory at a time. */
export interface LargeEnvelope extends Omit<StationMessage, 'records'> {
  readonly records: AsyncIterable<StationRecord> & { readonly length: number };
}

const slicing: SlicingLimits = { record: 8 * 1024 * 1024, frame: 1024 * 1024 };
/** Work at a stretch before others have their turn. */
const stretchMs = 8;

/**
 * Reads an envelope that is too large to be held, as `readStationMessage` would: every part of it is seen to be well-formed
 * before the first record is given, and the sender is known, wherever it stands. A record beyond 8 MiB is not read; it has the
 * fault `record-too-large`. UTF-8 alone: in UTF-16 it is not known for an envelope.
 *
 * @param open gives the bytes from the beginning; called once for each of the two passes. The pieces are given away: their memory
 * is gone when the next one is asked for
 * @returns `undefined` when it is no envelope with records: a reader of whole messages may know what it is
 * @throws UnreadableMessage as `readStationMessage` does
 */
export async function readLargeEnvelope(
  open: () => AsyncIterable<Uint8Array>,
  limits: Partial<ReadingLimits> = {},
): Promise<LargeEnvelope | undefined> {
  const whole = { ...defaultLimits, ...limits };
  const frame = await check(open(), whole);
  if (!frame) return undefined;
  const { header, length, faults } = frame;
  const budget: XmlBudget = { elements: whole.elements, depth: whole.depth };
  return {
    format: 'qd4750',
    sender: header.sender,
    faults,
    records: { length, [Symbol.asyncIterator]: () => records(open(), header, budget) },
  };
}

interface CheckedFrame {
  readonly header: EnvelopeHeader;
  readonly length: number;
  readonly faults: readonly Fault[];
}

/** The first pass: is everything well-formed, and who sent it. */
async function check(pieces: AsyncIterable<Uint8Array>, limits: ReadingLimits): Promise<CheckedFrame | undefined> {
  const budget: XmlBudget = { elements: limits.elements, depth: limits.depth };
  const slicer = new EnvelopeSlicer(slicing);
  const pause = pauses();
  let length = 0;
  let size = 0;
  try {
    for await (const piece of pieces) {
      size += piece.byteLength;
      if (size > limits.bytes) throw new XmlFault('too-large', 'size', 0);
      for (const slice of slicer.push(piece)) {
        length += 1;
        if (length > mostRecords) throw tooMany();
        checkSlice(slice, length, budget);
        await pause();
      }
      giveBack(piece);
    }
    const { scanner, declaresUtf16 } = openDocument(decodeUtf8(slicer.end()).trimStart(), budget);
    if (scanner.next() !== 'open' || plainName(scanner.name) !== 'GIAMDINHHS') return undefined;
    const header = readEnvelope(scanner, budget, () => undefined);
    const faults = checkHeader(header, length);
    return { header, length, faults: declaresUtf16 ? [...faults, declaredUtf16] : faults };
  } catch (fault) {
    if (!(fault instanceof XmlFault)) throw fault;
    if (length === 0) return undefined;
    throw new UnreadableMessage([faultOf(fault)]);
  }
}

/** @throws XmlFault at the first place of the record that is not well-formed; what is inside base64 is the record's own matter */
function checkSlice(slice: RecordSlice, number: number, budget: XmlBudget): void {
  if (!slice) return;
  try {
    const { scanner } = openDocument(decodeUtf8(slice), budget);
    for (let token = scanner.next(); token !== 'end'; token = scanner.next()) {
      if (token !== 'open' || plainName(scanner.name) !== 'NOIDUNGFILE') continue;
      const ahead = scanner.uncheckedTextAhead();
      if (ahead !== undefined && decodeBase64(ahead.trim())) scanner.skipTextAhead(ahead);
    }
  } catch (fault) {
    if (!(fault instanceof XmlFault)) throw fault;
    throw new UnreadableMessage([faultOf(new XmlFault(fault.code, fault.reason, 0), `HOSO[${number}]`)]);
  }
}

/** The second pass. */
async function* records(
  pieces: AsyncIterable<Uint8Array>,
  header: EnvelopeHeader,
  budget: XmlBudget,
): AsyncGenerator<StationRecord, void, undefined> {
  const slicer = new EnvelopeSlicer(slicing);
  const pause = pauses();
  let number = 0;
  for await (const piece of pieces) {
    const slices = slicer.push(piece);
    // Only the record is there while it is worked on: its bytes would pile up until memory is short.
    const next = (): StationRecord | undefined => {
      const { done, value } = slices.next();
      return done === true ? undefined : recordOf(value, `HOSO[${(number += 1)}]`, header, budget);
    };
    for (let record = next(); record; record = next()) {
      yield record;
      await pause();
    }
    giveBack(piece);
  }
}

function recordOf(slice: RecordSlice, path: string, header: EnvelopeHeader, budget: XmlBudget): StationRecord {
  const refused = (fault: Fault): StationRecord => ({ path, source: 'insurance-claim', visits: [], faults: [fault] });
  if (!slice) return refused({ ...tooLarge, path });
  try {
    const { scanner } = openDocument(decodeUtf8(slice), budget);
    scanner.next();
    return translateRecord(readRecord(scanner, budget, path), header);
  } catch (fault) {
    // The outside was seen to be well-formed: documents inside it go beyond what a message may hold.
    if (fault instanceof XmlFault) return refused(faultOf(fault, path));
    throw fault;
  }
}

/** Lets the event loop go on when the time at a stretch is over. */
function pauses(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < stretchMs) return;
    await nextTurn();
    began = performance.now();
  };
}

const tooLarge: Omit<Fault, 'path'> = {
  code: 'record-too-large',
  severity: 'error',
  text: {
    vi: 'Hồ sơ này quá lớn để đọc (trên 8 MiB). Bản gốc của thông điệp đã được giữ lại.',
    en: 'This record is too large to be read (over 8 MiB). The original of the message is kept.',
  },
};

import { giveBack } from './give-back.js';
import { plainName } from '../xml/plain-name.js';
import { XmlFault } from '../xml/xml-fault.js';

/** One HOSO of an envelope, from `<` to `>`; `undefined` where it is too large to be read. */
export type RecordSlice = Buffer | undefined;

export interface SlicingLimits {
  /** Bytes of one HOSO. What fits into one event has far fewer. */
  readonly record: number;
  /** Bytes of the envelope without its records: header and signature. */
  readonly frame: number;
}

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const quotes: readonly (number | undefined)[] = [0x22, 0x27];
const space: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d];
/** Longest beginning by which a construct is known: `<![CDATA[`, `<!DOCTYPE`. */
const longestBeginning = 9;
const longestTag = 64 * 1024;
const recordName = 'HOSO';
/** With a namespace prefix; what is longer is no record's. */
const longestRecordName = 256;
const recordInFrame = Buffer.from('<HOSO/>');

/** Constructs whose content is not mark-up, by their beginning. */
const opaque = [
  { beginning: Buffer.from('<![CDATA['), end: Buffer.from(']]>') },
  { beginning: Buffer.from('<!--'), end: Buffer.from('-->') },
  { beginning: Buffer.from('<?'), end: Buffer.from('?>') },
];
const doctype = Buffer.from('<!DOCTYPE');

/**
 * Cuts an envelope that comes in pieces into its records, without holding more of it than one record. It looks at tags alone:
 * what it gives is still to be read by the strict reader. Where all its slices and the frame around them are well-formed, the
 * whole is; where the whole is not, one of them is not either. A piece is not looked at any more when the next one comes.
 */
export class EnvelopeSlicer {
  readonly #limits: SlicingLimits;
  /** What came and cannot be judged without what comes next: part of a tag, or the beginning of an end mark. */
  #rest: Buffer = Buffer.alloc(0);
  /** Inside such a construct: the mark that ends it. */
  #until: Buffer | undefined;
  /** In one block of its own: thousands of small buffers would each hold the shared block that they were cut from. */
  #frame = Buffer.allocUnsafeSlow(16 * 1024);
  #frameSize = 0;
  #record: Buffer[] | undefined;
  #recordSize = 0;
  /** Elements that are open in the record. */
  #depth = 0;
  /** The record that has just ended. */
  #ended: { readonly slice: RecordSlice } | undefined;
  /** Where in the bytes at hand begins what is neither in the frame nor in the record yet. */
  #from = 0;

  constructor(limits: SlicingLimits) {
    this.#limits = limits;
  }

  /**
   * The records that end in this piece, each cut out when it is asked for. To be read to the end before the next piece comes.
   * @throws XmlFault for a DOCTYPE, a tag without end, or more around the records than the limit
   */
  *push(piece: Uint8Array): Generator<RecordSlice, void, undefined> {
    const bytes = Buffer.concat([this.#rest, piece]);
    let at = 0;
    this.#from = 0;
    while (at < bytes.length) {
      const next = this.#until ? this.#skipOpaque(bytes, at) : this.#step(bytes, at);
      if (next === undefined) break;
      at = next;
      // Given away without being held: who asks may take long with it.
      if (this.#ended) yield this.#takeEnded();
    }
    this.#takeUntil(bytes, at);
    this.#rest = Buffer.from(bytes.subarray(at));
    // A record that goes on in the next piece must not hold this one.
    if (this.#record) this.#record = [Buffer.concat(this.#record)];
    giveBack(bytes);
  }

  #takeEnded(): RecordSlice {
    const slice = this.#ended?.slice;
    this.#ended = undefined;
    return slice;
  }

  /** All around the records, each of them as `<HOSO/>`. What was cut off is part of it, so that it is not well-formed then. */
  end(): Buffer {
    return Buffer.concat([
      this.#frame.subarray(0, this.#frameSize),
      ...(this.#record ? [Buffer.from('<HOSO>')] : []),
      this.#rest,
    ]);
  }

  /** @returns where to go on; `undefined` when more has to come first */
  #skipOpaque(bytes: Buffer, at: number): number | undefined {
    const mark = this.#until;
    if (!mark) return at;
    const found = bytes.indexOf(mark, at);
    if (found >= 0) {
      this.#until = undefined;
      return found + mark.length;
    }
    const safe = bytes.length - mark.length + 1;
    return safe <= at ? undefined : safe;
  }

  #step(bytes: Buffer, at: number): number | undefined {
    const tag = bytes.indexOf(lessThan, at);
    if (tag !== at) return tag < 0 ? bytes.length : tag;
    if (bytes.length - tag < longestBeginning && !bytes.includes(greaterThan, tag)) return undefined;
    for (const { beginning, end } of opaque) {
      if (!startsWith(bytes, beginning, tag)) continue;
      this.#until = end;
      return tag + beginning.length;
    }
    if (startsWith(bytes, doctype, tag)) throw new XmlFault('doctype-refused', 'doctype', 0);
    const end = endOfTag(bytes, tag + 1);
    if (end < 0) {
      if (bytes.length - tag > longestTag) throw new XmlFault('not-well-formed', 'bad-markup', 0);
      return undefined;
    }
    return this.#takeTag(bytes, tag, end);
  }

  #takeTag(bytes: Buffer, tag: number, end: number): number {
    const closing = bytes[tag + 1] === slash;
    const selfClosed = !closing && bytes[end - 2] === slash;
    if (!this.#record) {
      if (closing || !isRecordTag(bytes, tag)) return end;
      this.#takeUntil(bytes, tag);
      this.#toFrame(recordInFrame);
      this.#record = [];
      this.#recordSize = 0;
      this.#depth = 0;
    }
    if (!selfClosed) this.#depth += closing ? -1 : 1;
    if (this.#depth <= 0) {
      this.#takeUntil(bytes, end);
      this.#ended = { slice: this.#recordSize > this.#limits.record ? undefined : Buffer.concat(this.#record) };
      this.#record = undefined;
    }
    return end;
  }

  /** Puts what was passed over where it belongs. */
  #takeUntil(bytes: Buffer, to: number): void {
    const part = bytes.subarray(this.#from, to);
    this.#from = to;
    if (!this.#record) {
      this.#toFrame(part);
      return;
    }
    this.#recordSize += part.length;
    if (this.#recordSize <= this.#limits.record) this.#record.push(part);
    else this.#record.length = 0;
  }

  #toFrame(part: Buffer): void {
    const size = this.#frameSize + part.length;
    if (size > this.#limits.frame) throw new XmlFault('too-large', 'size', 0);
    if (size > this.#frame.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#frame.length));
      this.#frame.copy(larger, 0, 0, this.#frameSize);
      this.#frame = larger;
    }
    part.copy(this.#frame, this.#frameSize);
    this.#frameSize = size;
  }
}

const startsWith = (bytes: Buffer, text: Buffer, at: number): boolean =>
  at + text.length <= bytes.length && bytes.compare(text, 0, text.length, at, at + text.length) === 0;

function isRecordTag(bytes: Buffer, tag: number): boolean {
  let end = tag + 1;
  for (let byte = bytes[end]; byte !== greaterThan && byte !== slash && !space.includes(byte); byte = bytes[end])
    end += 1;
  const name = end - tag > longestRecordName ? '' : bytes.toString('utf8', tag + 1, end);
  return plainName(name) === recordName;
}

/** Behind the `>` of the tag; -1 when it is not there yet. A `>` in an attribute's value ends nothing. */
function endOfTag(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === greaterThan) return at + 1;
    if (!quotes.includes(byte)) continue;
    const closing = bytes.indexOf(byte ?? 0, at + 1);
    if (closing < 0) return -1;
    at = closing;
  }
  return -1;
}

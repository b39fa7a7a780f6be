import { readEnvelopeMessage } from './envelope/read-envelope-message.js';
import type { Fault, StationMessage } from './station-message.js';
import { UnreadableMessage } from './unreadable-message.js';
import { decodeUtf8 } from './xml/decode-text.js';
import { openDocument } from './xml/open-document.js';
import { XmlFault } from './xml/xml-fault.js';
import type { XmlBudget } from './xml/xml-scanner.js';

export interface ReadingLimits {
  /** Bytes of the message. */
  readonly bytes: number;
  /** Elements of the message and all documents in it. */
  readonly elements: number;
  /** Levels of nesting in each document. */
  readonly depth: number;
}

const defaultLimits: ReadingLimits = { bytes: 64 * 1024 * 1024, elements: 8_000_000, depth: 40 };

/**
 * Reads what a station's software sent: the insurance envelope of QĐ 4750/QĐ-BYT and QĐ 3176/QĐ-BYT (root `GIAMDINHHS`) or the
 * personal health record of QĐ 831/QĐ-BYT (root `DATA`). UTF-8, with or without byte-order mark, in any of the styles stations
 * write. Elements are known by name, never by position.
 *
 * A part that cannot be taken has an `error` among its faults; everything else is taken, whatever its faults.
 *
 * @throws UnreadableMessage, and nothing else, when nothing can be taken: not XML, cut short, not UTF-8, DOCTYPE or declared
 * entities, beyond the limits, an unknown root.
 */
export function readStationMessage(bytes: Uint8Array, limits: Partial<ReadingLimits> = {}): StationMessage {
  const { bytes: mostBytes, elements, depth } = { ...defaultLimits, ...limits };
  try {
    if (bytes.byteLength > mostBytes) throw new XmlFault('too-large', 'size', 0);
    const text = decodeUtf8(bytes);
    if (text.trim() === '') throw new XmlFault('not-well-formed', 'no-root', 0);
    const budget: XmlBudget = { elements, depth };
    const { scanner, declaresUtf16 } = openDocument(text.trimStart(), budget);
    scanner.next();
    const message = readFormat(scanner.name);
    const read = message(scanner, budget);
    return declaresUtf16 ? { ...read, faults: [...read.faults, declaredUtf16] } : read;
  } catch (fault) {
    if (fault instanceof XmlFault) throw new UnreadableMessage([faultOf(fault)]);
    throw fault;
  }
}

function readFormat(root: string): typeof readEnvelopeMessage {
  switch (root) {
    case 'GIAMDINHHS':
      return readEnvelopeMessage;
    default:
      throw new UnreadableMessage([
        {
          path: '',
          code: 'unknown-format',
          severity: 'error',
          text: {
            vi: 'Phần tử gốc không phải GIAMDINHHS (QĐ 4750/3176) hay DATA (QĐ 831).',
            en: 'The root element is neither GIAMDINHHS (QĐ 4750/3176) nor DATA (QĐ 831).',
          },
        },
      ]);
  }
}

const faultOf = (fault: XmlFault): Fault => ({
  path: '',
  code: fault.code,
  severity: 'error',
  text: { vi: `Không đọc được thông điệp: ${fault.text.vi}.`, en: `The message cannot be read: ${fault.text.en}.` },
});

const declaredUtf16: Fault = {
  path: '',
  code: 'declared-encoding',
  severity: 'warning',
  text: {
    vi: 'Thông điệp khai báo bảng mã UTF-16 nhưng thực tế là UTF-8; đã đọc theo UTF-8.',
    en: 'The message declares UTF-16 but is UTF-8; it was read as UTF-8.',
  },
};

import type { Fault } from './station-message.js';
import { UnreadableMessage } from './unreadable-message.js';
import { decodeText } from './xml/decode-text.js';
import { openDocument } from './xml/open-document.js';
import { XmlFault } from './xml/xml-fault.js';
import type { XmlBudget, XmlScanner } from './xml/xml-scanner.js';

export interface ReadingLimits {
  /** Bytes of the message. */
  readonly bytes: number;
  /** Elements of the message and all documents in it. */
  readonly elements: number;
  /** Levels of nesting in each document. */
  readonly depth: number;
}

export const defaultLimits: ReadingLimits = { bytes: 64 * 1024 * 1024, elements: 3_000_000, depth: 40 };

export interface OpenedMessage {
  /** Behind the opening tag of the root; its `name` is the root's. */
  readonly scanner: XmlScanner;
  readonly budget: XmlBudget;
  readonly faults: readonly Fault[];
}

/**
 * Opens a message, hands it to `read` and turns what is wrong with the XML into faults.
 *
 * @throws UnreadableMessage
 */
export function readOpened<T>(
  bytes: Uint8Array,
  limits: Partial<ReadingLimits>,
  read: (message: OpenedMessage) => T,
): T {
  const { bytes: mostBytes, elements, depth } = { ...defaultLimits, ...limits };
  try {
    if (bytes.byteLength > mostBytes) throw new XmlFault('too-large', 'size', 0);
    const { text: decoded, utf16 } = decodeText(bytes);
    const text = decoded.trimStart();
    if (text === '') throw new XmlFault('not-well-formed', 'no-root', 0);
    const budget: XmlBudget = { elements, depth };
    const { scanner, declaresUtf16 } = openDocument(text, budget);
    scanner.next();
    return read({ scanner, budget, faults: utf16 ? [isUtf16] : declaresUtf16 ? [declaredUtf16] : [] });
  } catch (fault) {
    if (fault instanceof XmlFault) throw new UnreadableMessage([faultOf(fault)]);
    throw fault;
  }
}

/** What is wrong with the XML of a message, or of a part of it. */
export const faultOf = (fault: XmlFault, path = ''): Fault => ({
  path,
  code: fault.code,
  severity: 'error',
  text: { vi: `Không đọc được thông điệp: ${fault.text.vi}.`, en: `The message cannot be read: ${fault.text.en}.` },
});

const isUtf16: Fault = {
  path: '',
  code: 'utf-16',
  severity: 'warning',
  text: {
    vi: 'Thông điệp viết bằng UTF-16; đã đọc được, nhưng đề nghị gửi bằng UTF-8 như quy định.',
    en: 'The message is written in UTF-16; it was read, but please send UTF-8 as the rules ask.',
  },
};

export const declaredUtf16: Fault = {
  path: '',
  code: 'declared-encoding',
  severity: 'warning',
  text: {
    vi: 'Thông điệp khai báo bảng mã UTF-16 nhưng thực tế là UTF-8; đã đọc theo UTF-8.',
    en: 'The message declares UTF-16 but is UTF-8; it was read as UTF-8.',
  },
};

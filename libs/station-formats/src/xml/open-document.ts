import { XmlFault } from './xml-fault.js';
import { XmlScanner, type XmlBudget } from './xml-scanner.js';

const accepted = /^(?:utf-?8|us-ascii|ascii)$/i;
const utf16 = /^(?:utf-?16(?:le|be)?|unicode)$/i;

export interface OpenedDocument {
  readonly scanner: XmlScanner;
  /** The declaration says UTF-16 although the text was UTF-8: the mark of software that never looked at its own output. */
  readonly declaresUtf16: boolean;
}

/**
 * Starts to read a document whose bytes have been decoded.
 *
 * @throws XmlFault `wrong-encoding` when it declares an encoding in which the same bytes would mean something else.
 */
export function openDocument(text: string, budget: XmlBudget): OpenedDocument {
  const scanner = new XmlScanner(text, budget);
  const declared = scanner.declaredEncoding ?? 'utf-8';
  const declaresUtf16 = utf16.test(declared);
  if (!declaresUtf16 && !accepted.test(declared)) throw new XmlFault('wrong-encoding', 'encoding', 1);
  return { scanner, declaresUtf16 };
}

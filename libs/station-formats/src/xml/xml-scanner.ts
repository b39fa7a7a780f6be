import {
  ampersand,
  carriageReturn,
  contentKind,
  forbidden,
  hasForbiddenCharacter,
  isXmlCharacter,
  isXmlName,
  isXmlSpace,
  lessThan,
  namePartAscii,
  nameStartAscii,
  squareBracket,
} from './xml-characters.js';
import { XmlFault, type XmlFaultCode, type XmlFaultReason } from './xml-fault.js';

/** `open` and `text` leave the name or the text in the scanner; a self-closed element gives `open` then `close`. */
export type XmlToken = 'open' | 'text' | 'close' | 'end';

/** What one message may use up; shared by the scanners of all documents nested in it. */
export interface XmlBudget {
  /** Elements still allowed. */
  elements: number;
  readonly depth: number;
}

const lt = 0x3c;
const gt = 0x3e;
const slash = 0x2f;
const exclamation = 0x21;
const question = 0x3f;
const quote = 0x22;
const apostrophe = 0x27;
const equals = 0x3d;

const combiningMark = /[\u0300-\u036f]/;
const longestName = 256;
const mostAttributes = 64;
const predefined = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;

/**
 * Pulls tokens out of one XML 1.0 document: strict well-formedness, the five predefined and numeric references, no DOCTYPE.
 * Attributes are checked and forgotten; comments and processing instructions are checked and skipped. Bounded: it never looks
 * at a character more than a constant number of times and keeps only the names of the open elements.
 *
 * A declaration in the middle of the text is skipped rather than refused: some software pastes a whole document, declaration
 * included, into another.
 */
export class XmlScanner {
  /** Name of the element that was opened or closed. */
  name = '';
  /** Text of a `text` token: everything up to the next tag, references resolved, CDATA included, line ends as LF. */
  text = '';
  /** Encoding named by the declaration, if any. */
  readonly declaredEncoding: string | undefined;
  /** Letters and their marks may stand apart (NFD) somewhere in the document. */
  readonly hasMarks: boolean;

  readonly #source: string;
  readonly #budget: XmlBudget;
  readonly #open: string[] = [];
  #at = 0;
  #selfClosed = false;
  #rootSeen = false;

  /** @throws XmlFault when the text does not begin as XML. */
  constructor(source: string, budget: XmlBudget) {
    this.#source = source;
    this.#budget = budget;
    this.hasMarks = combiningMark.test(source);
    if (source.startsWith('<?xml') && isXmlSpace(source.charCodeAt(5))) {
      const found = declaration.exec(source.length > 1000 ? source.slice(0, 1000) : source);
      if (!found) this.#fail('bad-declaration');
      this.declaredEncoding = found[1] ?? found[2];
      this.#at = found[0].length;
    }
  }

  /** How many elements are open. */
  get depth(): number {
    return this.#open.length;
  }

  /**
   * Text of mere white space before a tag is not reported.
   *
   * @throws XmlFault at the first place that is not well-formed, or beyond the budget.
   */
  next(): XmlToken {
    if (this.#selfClosed) {
      this.#selfClosed = false;
      this.name = this.#open.pop() ?? '';
      return 'close';
    }
    const source = this.#source;
    for (;;) {
      let at = this.#at;
      let code = source.charCodeAt(at);
      while (isXmlSpace(code)) code = source.charCodeAt((at += 1));
      if (code !== lt) {
        if (at >= source.length) return this.#atEnd();
        if (this.#open.length === 0) this.#fail(this.#rootSeen ? 'after-root' : 'not-xml');
        return this.#readText();
      }
      const next = source.charCodeAt(at + 1);
      if (next === exclamation && source.startsWith('<![CDATA[', at)) {
        if (this.#open.length === 0) this.#fail(this.#rootSeen ? 'after-root' : 'not-xml');
        return this.#readText();
      }
      this.#at = at;
      if (next === slash) return this.#readClose();
      if (next === question) this.#skipInstruction();
      else if (next !== exclamation) return this.#readOpen();
      else if (source.startsWith('<!--', at)) this.#skipComment();
      else if (source.startsWith('<!DOCTYPE', at)) this.#fail('doctype', 'doctype-refused');
      else this.#fail(this.#unfinished('<![CDATA['));
    }
  }

  /**
   * Directly behind an `open` token: the text of the element if it has no children, and then the element is closed. Otherwise
   * `undefined`, and nothing has happened.
   *
   * @throws XmlFault
   */
  leafText(): string | undefined {
    if (this.#selfClosed) {
      this.#selfClosed = false;
      this.#open.pop();
      return '';
    }
    const source = this.#source;
    const start = this.#at;
    let at = start;
    let code = source.charCodeAt(at);
    while (code < 128 ? contentKind[code] === 0 : code < 0xfffe) code = source.charCodeAt((at += 1));
    let text: string | undefined;
    if (code !== lt) {
      if (at >= source.length || isXmlSpace(code)) return undefined;
      this.#readText();
      text = this.text;
      at = this.#at;
    } else if (source.charCodeAt(at + 1) === exclamation && source.startsWith('<![CDATA[', at)) {
      this.#readText();
      text = this.text;
      at = this.#at;
    }
    const name = this.name;
    if (
      source.charCodeAt(at + 1) !== slash ||
      !source.startsWith(name, at + 2) ||
      source.charCodeAt(at + 2 + name.length) !== gt
    ) {
      this.#at = start;
      return undefined;
    }
    this.#at = at + 3 + name.length;
    this.#open.pop();
    return text ?? source.slice(start, at);
  }

  /**
   * The text of the next element if that is one of the given name, without attributes, children and references, and then it is
   * behind us. Otherwise `undefined`, and nothing has happened. For readers that can guess what comes next: a right guess
   * saves taking the name out and looking it up.
   */
  leafNamed(name: string): string | undefined {
    const source = this.#source;
    let at = this.#at;
    let code = source.charCodeAt(at);
    while (isXmlSpace(code)) code = source.charCodeAt((at += 1));
    const start = at + name.length + 2;
    if (code !== lt || source.charCodeAt(start - 1) !== gt || !source.startsWith(name, at + 1)) return undefined;
    let end = start;
    code = source.charCodeAt(end);
    while (code < 128 ? contentKind[code] === 0 : code < 0xfffe) code = source.charCodeAt((end += 1));
    const behind = end + 2 + name.length;
    if (code !== lt || source.charCodeAt(end + 1) !== slash) return undefined;
    if (source.charCodeAt(behind) !== gt || !source.startsWith(name, end + 2)) return undefined;
    if (this.#selfClosed || this.#open.length === 0 || this.#open.length >= this.#budget.depth) return undefined;
    if (this.#budget.elements < 1) return undefined;
    this.#budget.elements -= 1;
    this.#at = behind + 1;
    return source.slice(start, end);
  }

  /**
   * Directly behind an `open` token: what stands before the next tag if that is the closing one, unchecked and not consumed.
   * For text in which the caller can tell every wrong character itself.
   */
  uncheckedTextAhead(): string | undefined {
    if (this.#selfClosed) return undefined;
    const end = this.#source.indexOf('<', this.#at);
    return end > this.#at && this.#source.charCodeAt(end + 1) === slash ? this.#source.slice(this.#at, end) : undefined;
  }

  /** Passes over the text that {@link uncheckedTextAhead} gave. */
  skipTextAhead(text: string): void {
    this.#at += text.length;
  }

  #atEnd(): 'end' {
    this.#at = this.#source.length;
    if (this.#open.length > 0) this.#fail('truncated');
    if (!this.#rootSeen) this.#fail('no-root');
    return 'end';
  }

  #readOpen(): 'open' {
    const source = this.#source;
    const start = this.#at + 1;
    let at = start;
    let code = source.charCodeAt(at);
    if (code < 128 && nameStartAscii[code] === 1) {
      do code = source.charCodeAt((at += 1));
      while (code < 128 && namePartAscii[code] === 1);
    }
    if (at === start || (code !== gt && code !== slash && !isXmlSpace(code))) {
      at = this.#endOfName(start);
      code = source.charCodeAt(at);
    }
    const name = source.slice(start, at);
    if (at - start > longestName) this.#fail('bad-name');
    if (this.#open.length === 0 && this.#rootSeen) this.#fail('after-root');
    this.#at = at;
    if (code !== gt) this.#readAttributes();
    else this.#at += 1;
    if (this.#open.length >= this.#budget.depth) this.#fail('depth', 'too-deep');
    this.#budget.elements -= 1;
    if (this.#budget.elements < 0) this.#fail('elements', 'too-many-elements');
    this.#rootSeen = true;
    this.#open.push(name);
    this.name = name;
    return 'open';
  }

  /** Where the element name that begins at `start` ends, whatever it is made of. */
  #endOfName(start: number): number {
    const source = this.#source;
    let at = start;
    for (
      let code = source.charCodeAt(at);
      code !== gt && code !== slash && !isXmlSpace(code);
      code = source.charCodeAt(at)
    ) {
      if (at >= source.length) this.#fail('truncated');
      if (at - start > longestName) this.#fail('bad-name');
      at += 1;
    }
    const name = source.slice(start, at);
    if (!isXmlName(name)) this.#fail(name === '' ? 'bad-markup' : 'bad-name');
    return at;
  }

  /** From behind the element's name to behind its `>`. */
  #readAttributes(): void {
    const source = this.#source;
    let seen: Set<string> | undefined;
    for (;;) {
      const spaced = this.#skipSpace();
      const code = source.charCodeAt(this.#at);
      if (code === gt) {
        this.#at += 1;
        return;
      }
      if (code === slash) {
        if (source.charCodeAt(this.#at + 1) !== gt)
          this.#fail(this.#at + 1 >= source.length ? 'truncated' : 'bad-markup');
        this.#at += 2;
        this.#selfClosed = true;
        return;
      }
      if (this.#at >= source.length) this.#fail('truncated');
      if (!spaced) this.#fail('bad-attribute');
      const name = this.#readAttributeName();
      seen ??= new Set();
      if (seen.has(name) || seen.size >= mostAttributes) this.#fail('bad-attribute');
      seen.add(name);
      this.#skipSpace();
      if (source.charCodeAt(this.#at) !== equals) this.#fail(this.#at >= source.length ? 'truncated' : 'bad-attribute');
      this.#at += 1;
      this.#skipSpace();
      this.#skipAttributeValue();
    }
  }

  #readAttributeName(): string {
    const source = this.#source;
    const start = this.#at;
    let at = start;
    for (let code = source.charCodeAt(at); code !== equals && !isXmlSpace(code); code = source.charCodeAt(at)) {
      if (at >= source.length) this.#fail('truncated');
      if (at - start > longestName || code === gt || code === slash) this.#fail('bad-attribute');
      at += 1;
    }
    const name = source.slice(start, at);
    if (!isXmlName(name)) this.#fail('bad-attribute');
    this.#at = at;
    return name;
  }

  #skipAttributeValue(): void {
    const mark = this.#source.charCodeAt(this.#at);
    if (mark !== quote && mark !== apostrophe)
      this.#fail(this.#at >= this.#source.length ? 'truncated' : 'bad-attribute');
    const end = this.#source.indexOf(mark === quote ? '"' : "'", this.#at + 1);
    if (end < 0) this.#fail('truncated');
    const value = this.#source.slice(this.#at + 1, end);
    if (value.includes('<')) this.#fail('bad-attribute');
    if (hasForbiddenCharacter(value)) this.#fail('bad-character');
    for (let at = value.indexOf('&'); at >= 0; at = value.indexOf('&', at + 1)) this.#resolveReference(value, at);
    this.#at = end + 1;
  }

  #readClose(): 'close' {
    const source = this.#source;
    const name = this.#open.at(-1);
    if (name === undefined) this.#fail(this.#rootSeen ? 'after-root' : 'bad-markup');
    let at = this.#at + 2;
    if (!source.startsWith(name, at))
      this.#fail(this.#unfinished(`</${name}>`) === 'truncated' ? 'truncated' : 'mismatched-tag');
    at += name.length;
    while (isXmlSpace(source.charCodeAt(at))) at += 1;
    if (source.charCodeAt(at) !== gt) this.#fail(at >= source.length ? 'truncated' : 'mismatched-tag');
    this.#at = at + 1;
    this.#open.pop();
    this.name = name;
    return 'close';
  }

  /** Text, references and CDATA up to the next tag, as one token. */
  #readText(): 'text' {
    const source = this.#source;
    const length = source.length;
    let text = '';
    let start = this.#at;
    let at = start;
    for (; at < length; at += 1) {
      const code = source.charCodeAt(at);
      const kind = code < 128 ? contentKind[code] : code >= 0xfffe ? forbidden : 0;
      if (kind === 0) continue;
      if (kind === lessThan) {
        if (source.charCodeAt(at + 1) !== exclamation || !source.startsWith('<![CDATA[', at)) break;
        const end = source.indexOf(']]>', at + 9);
        if (end < 0) this.#fail('truncated');
        const content = source.slice(at + 9, end);
        if (hasForbiddenCharacter(content)) this.#fail('bad-character');
        text += source.slice(start, at) + (content.includes('\r') ? content.replaceAll(/\r\n?/g, '\n') : content);
        start = end + 3;
        at = end + 2;
      } else if (kind === ampersand) {
        const end = source.indexOf(';', at);
        text += source.slice(start, at) + this.#resolveReference(source, at);
        start = end + 1;
        at = end;
      } else if (kind === carriageReturn) {
        text += `${source.slice(start, at)}\n`;
        if (source.charCodeAt(at + 1) === 0x0a) at += 1;
        start = at + 1;
      } else if (kind === squareBracket) {
        if (source.startsWith(']]>', at)) this.#fail('cdata-end-in-text');
      } else this.#fail('bad-character');
    }
    this.#at = at;
    this.text = text === '' ? source.slice(start, at) : text + source.slice(start, at);
    return 'text';
  }

  /** What the reference at `at` of `source` stands for. */
  #resolveReference(source: string, at: number): string {
    const end = source.indexOf(';', at);
    if (end < 0 || end - at > 12) this.#fail('bad-entity');
    const body = source.slice(at + 1, end);
    const known = predefined.get(body);
    if (known !== undefined) return known;
    const numeric = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(body);
    const code = numeric ? parseInt(numeric[1] ?? numeric[2] ?? '', numeric[1] === undefined ? 10 : 16) : -1;
    if (!isXmlCharacter(code)) this.#fail('bad-entity');
    return String.fromCodePoint(code);
  }

  #skipSpace(): boolean {
    const start = this.#at;
    while (isXmlSpace(this.#source.charCodeAt(this.#at))) this.#at += 1;
    return this.#at > start;
  }

  #skipComment(): void {
    const end = this.#source.indexOf('--', this.#at + 4);
    if (end < 0) this.#fail('truncated');
    if (this.#source.charCodeAt(end + 2) !== gt)
      this.#fail(end + 2 >= this.#source.length ? 'truncated' : 'bad-markup');
    if (hasForbiddenCharacter(this.#source.slice(this.#at, end))) this.#fail('bad-character');
    this.#at = end + 3;
  }

  #skipInstruction(): void {
    const end = this.#source.indexOf('?>', this.#at + 2);
    if (end < 0) this.#fail('truncated');
    const content = this.#source.slice(this.#at + 2, end);
    if (hasForbiddenCharacter(content)) this.#fail('bad-character');
    const space = content.search(/[ \t\r\n]/);
    if (!isXmlName(space < 0 ? content : content.slice(0, Math.min(space, longestName)))) this.#fail('bad-markup');
    this.#at = end + 2;
  }

  /** `truncated` when the text ends within `expected`, else wrong markup. */
  #unfinished(expected: string): 'truncated' | 'bad-markup' {
    return expected.startsWith(this.#source.slice(this.#at)) ? 'truncated' : 'bad-markup';
  }

  #fail(reason: XmlFaultReason, code: XmlFaultCode = 'not-well-formed'): never {
    let line = 1;
    for (let at = this.#source.indexOf('\n'); at >= 0 && at < this.#at; at = this.#source.indexOf('\n', at + 1))
      line += 1;
    throw new XmlFault(code, reason, line);
  }
}

import type { XmlScanner } from './xml-scanner.js';

/**
 * A small document as a tree of elements. Whoever translates an element takes it out of the tree; what is left at the end was
 * understood by nobody and can be kept as sent.
 */
export class XmlElement {
  #text = '';
  readonly #children: XmlElement[] = [];

  constructor(readonly name: string) {}

  get children(): readonly XmlElement[] {
    return this.#children;
  }

  get text(): string {
    return this.#text;
  }

  /** Nothing is written in it or below it. */
  get isBlank(): boolean {
    return this.#text.trim() === '' && this.#children.every((child) => child.isBlank);
  }

  addText(text: string): void {
    this.#text += text;
  }

  add(child: XmlElement): void {
    this.#children.push(child);
  }

  child(name: string): XmlElement | undefined {
    return this.#children.find((child) => child.name === name);
  }

  /** The text of the first child of that name without blanks around it; `undefined` where it is missing or empty. */
  peek(name: string): string | undefined {
    return this.child(name)?.text.trim() || undefined;
  }

  take(name: string): string | undefined {
    const value = this.peek(name);
    if (value !== undefined) this.drop(name);
    return value;
  }

  /** Takes the child only where its text can be read. */
  takeAs<T>(name: string, read: (text: string) => T | undefined): T | undefined {
    const text = this.peek(name);
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) this.drop(name);
    return value;
  }

  drop(name: string): void {
    const at = this.#children.findIndex((child) => child.name === name);
    if (at >= 0) this.#children.splice(at, 1);
  }

  /** All children of that name, which stay in the tree. */
  all(name: string): readonly XmlElement[] {
    return this.#children.filter((child) => child.name === name);
  }

  /**
   * Every text left below this element by its path. Siblings of one name are numbered from 1; those of a name in `repeating`
   * also when they are alone, so that a path stays the same when the list grows.
   */
  *leftovers(path: string, repeating: ReadonlySet<string>): Generator<readonly [path: string, text: string]> {
    const own = this.#text.trim();
    if (own !== '') yield [path, own];
    const counts = new Map<string, number>();
    for (const { name } of this.#children) counts.set(name, (counts.get(name) ?? 0) + 1);
    const seen = new Map<string, number>();
    for (const child of this.#children) {
      const place = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, place);
      const step =
        (counts.get(child.name) ?? 0) > 1 || repeating.has(child.name) ? `${child.name}[${place}]` : child.name;
      yield* child.leftovers(path === '' ? step : `${path}/${step}`, repeating);
    }
  }
}

/**
 * The element that was just opened, with everything in it.
 *
 * @param nameOf what an element is to be called
 * @throws XmlFault
 */
export function readElement(scanner: XmlScanner, nameOf: (name: string) => string): XmlElement {
  const root = new XmlElement(nameOf(scanner.name));
  const open = [root];
  for (let current = open.at(-1); current; current = open.at(-1)) {
    const token = scanner.next();
    if (token === 'text') current.addText(scanner.hasMarks ? scanner.text.normalize('NFC') : scanner.text);
    else if (token === 'open') {
      const child = new XmlElement(nameOf(scanner.name));
      current.add(child);
      open.push(child);
    } else open.pop();
  }
  return root;
}

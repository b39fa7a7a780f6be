/**
 * Whether a file is a whole document, told while its bytes go by. Software that writes in pieces may rest anywhere, after a `>` as well: only
 * the end of what the document began with counts. Half a file that nobody goes on writing is sent all the same, but later: the server says
 * what is wrong with it.
 */
export class WholeDocumentCheck {
  #start: Buffer = Buffer.alloc(0);
  #end: Buffer = Buffer.alloc(0);
  readonly #nesting = new JsonNesting();

  /** The next bytes of the file, in order; they may be overwritten afterwards. */
  push(part: Buffer): void {
    if (this.#start.byteLength < startBytes) this.#start = Buffer.concat([this.#start, part]).subarray(0, startBytes);
    this.#end = Buffer.concat([this.#end, part.subarray(-endBytes)]).subarray(-endBytes);
    if (!this.#beginsAsXml()) this.#nesting.push(part);
  }

  /** The first 4096 bytes, or as many as there were. */
  get start(): Buffer {
    return this.#start;
  }

  isWhole(): boolean {
    if (!this.#beginsAsXml()) return this.#nesting.closed;
    const wide = isUtf16(this.#start);
    return endsWithItsRoot(textOf(this.#start, wide).trimStart(), textOf(this.#end, wide));
  }

  #beginsAsXml(): boolean {
    return textOf(this.#start.subarray(0, 256), isUtf16(this.#start)).trimStart().startsWith('<');
  }
}

const startBytes = 4096;
/** A closing tag, with the white space and zeros that some software leaves behind it. Even, for UTF-16. */
const endBytes = 1024;

/** Before the root element: declarations, instructions, comments. */
const prolog = /^(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<![A-Z][^>]*>)*/;

function endsWithItsRoot(start: string, end: string): boolean {
  const [tag, name] = /^<([^\s<>/!?]+)[^>]*>/.exec(start.replace(prolog, '')) ?? [];
  if (name === undefined || tag === undefined) return false;
  const last = end.replace(/[\s\0]+$/, '');
  return tag.endsWith('/>') ? last.endsWith(tag) : last.replace(/\s+>$/, '>').endsWith(`</${name}>`);
}

const isUtf16 = (start: Buffer): boolean =>
  (start[0] === 0xff && start[1] === 0xfe) || (start[1] === 0 && start[0] !== 0 && start.byteLength > 1);

const textOf = (bytes: Buffer, wide: boolean): string =>
  bytes
    // An odd number of bytes is half a character more than a whole file has: decoded from its own start, the end then says nothing.
    .toString(wide ? 'utf16le' : 'utf8')
    .replace(/^\uFEFF/, '');

const [quote, backslash] = [0x22, 0x5c];
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Counts what a JSON text opened and closed. */
class JsonNesting {
  #depth = 0;
  #opened = false;
  #inString = false;
  #escaped = false;

  push(part: Buffer): void {
    for (const byte of part) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
      } else if (byte === quote) this.#inString = true;
      else if (opening.has(byte)) {
        this.#depth += 1;
        this.#opened = true;
      } else if (closing.has(byte)) this.#depth -= 1;
    }
  }

  get closed(): boolean {
    return this.#opened && this.#depth <= 0 && !this.#inString;
  }
}

import { FieldRow, type RowSchema } from './field-row.js';
import { fieldsOfAnyTable, type FieldSchema } from '../schema/envelope-tables.js';
import { plainName } from '../xml/plain-name.js';
import { XmlFault } from '../xml/xml-fault.js';
import type { XmlScanner } from '../xml/xml-scanner.js';

/** Far more than any table has; a row beyond it is an attack. */
const mostFields = 20_000;

export interface RowSink {
  /** One non-empty field of the row that is being read, before the row itself; `field` is absent when no table knows it. */
  field(name: string, value: string, field: FieldSchema | undefined): void;
  repeatedField(name: string): void;
  row(row: FieldRow): void;
}

interface Frame {
  readonly name: string;
  text: string;
  hasChildren: boolean;
  row: FieldRow | undefined;
}

/**
 * Reads the rows of one table from behind the opening tag of its root element to behind the closing one. A row is the element
 * that directly contains fields of the table; names decide, never positions and never the names of the containers. Elements
 * nested in a field become fields named by their path.
 */
export function readTable(scanner: XmlScanner, schema: RowSchema | undefined, sink: RowSink): void {
  const fields = schema?.fields ?? fieldsOfAnyTable;
  const fieldNamed = (name: string): FieldSchema | undefined => {
    const known = fields.get(name);
    if (known) return known;
    const plain = plainName(name);
    return plain === name ? undefined : fields.get(plain);
  };
  const frames: Frame[] = [newFrame(scanner.name)];
  let rowAt = -1;
  // Only a guess, to save time: software mostly writes the fields in the order of the tables.
  let expected: FieldSchema | undefined;

  /** Adds the text of an element whose parents are the frames. */
  const addField = (name: string, text: string, field: FieldSchema | undefined): void => {
    // One spelling of a name is enough for everything behind.
    const value = scanner.hasMarks ? text.trim().normalize('NFC') : text.trim();
    const top = frames.length - 1;
    const owner = frames[rowAt < 0 ? top : rowAt];
    if (value === '' || !owner) return;
    owner.row ??= new FieldRow(schema);
    if (owner.row.size >= mostFields) throw new XmlFault('too-many-elements', 'elements', 0);
    const nested = rowAt >= 0 && rowAt < top;
    const path = nested ? [...frames.slice(rowAt + 1).map((frame) => frame.name), name].join('/') : name;
    const known = nested || !schema ? undefined : field;
    if (owner.row.add(path, value, known)) sink.field(path, value, known);
    else {
      owner.row.addRepeated(path, value);
      sink.repeatedField(path);
    }
  };

  for (let frame = frames[0]; frame; frame = frames.at(-1)) {
    while (expected) {
      const text = scanner.leafNamed(expected.name);
      if (text === undefined) break;
      if (text !== '') addField(expected.name, text, expected);
      expected = schema?.sequence[expected.place + 1];
    }
    const token = scanner.next();
    if (token === 'open') {
      const { name } = scanner;
      const field = fieldNamed(name);
      frame.hasChildren = true;
      if (rowAt < 0 && field) rowAt = frames.length - 1;
      const text = scanner.leafText();
      expected = undefined;
      if (text === undefined) frames.push(newFrame(name));
      else {
        if (text !== '') addField(name, text, field);
        if (field && rowAt === frames.length - 1) expected = schema?.sequence[field.place + 1];
      }
    } else if (token === 'text') {
      frame.text += scanner.text;
    } else {
      expected = undefined;
      frames.pop();
      // A field with a comment in it, or with mark-up: a note may hold `<br/>`.
      const isField = !frame.hasChildren || (rowAt >= 0 && rowAt < frames.length && frame.text.trim() !== '');
      if (isField) addField(frame.name, frame.text, fieldNamed(frame.name));
      if (frame.row) sink.row(frame.row);
      if (rowAt === frames.length) rowAt = -1;
    }
  }
}

const newFrame = (name: string): Frame => ({ name, text: '', hasChildren: false, row: undefined });

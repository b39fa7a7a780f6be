import { FieldRow } from './field-row.js';
import type { FieldSchema } from '../schema/envelope-tables.js';
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
export function readTable(scanner: XmlScanner, fields: ReadonlyMap<string, FieldSchema>, sink: RowSink): void {
  const frames: Frame[] = [newFrame(scanner.name)];
  let rowAt = -1;
  for (let frame = frames[0]; frame; frame = frames.at(-1)) {
    const token = scanner.next();
    if (token === 'open') {
      const { name } = scanner;
      frame.hasChildren = true;
      const field = rowAt < 0 || rowAt === frames.length - 1 ? fields.get(name) : undefined;
      if (rowAt < 0 && field) rowAt = frames.length - 1;
      const text = scanner.leafText();
      if (text === undefined) frames.push(newFrame(name));
      else if (rowAt >= 0 && rowAt < frames.length - 1)
        addField(frames[rowAt], pathOf(frames, rowAt, name), text, undefined, sink);
      else addField(frame, field?.name ?? name, text, field, sink);
    } else if (token === 'text') {
      frame.text += scanner.text;
    } else {
      frames.pop();
      // A field with white space or comments in it, or mark-up: a note may hold `<br/>`.
      const inRow = rowAt >= 0 && frames.length > rowAt;
      if (!frame.hasChildren || (inRow && frame.text.trim() !== '')) {
        const direct = rowAt < 0 || frames.length - 1 === rowAt;
        const owner = rowAt < 0 ? frames.at(-1) : frames[rowAt];
        addField(
          owner,
          direct ? frame.name : pathOf(frames, rowAt, frame.name),
          frame.text,
          direct ? fields.get(frame.name) : undefined,
          sink,
        );
      }
      if (frame.row) sink.row(frame.row);
      if (rowAt === frames.length) rowAt = -1;
    }
  }
}

const newFrame = (name: string): Frame => ({ name, text: '', hasChildren: false, row: undefined });

/** The names from below the row down to a nested element. */
const pathOf = (frames: readonly Frame[], rowAt: number, name: string): string =>
  [...frames.slice(rowAt + 1).map((frame) => frame.name), name].join('/');

function addField(
  owner: Frame | undefined,
  name: string,
  text: string,
  field: FieldSchema | undefined,
  sink: RowSink,
): void {
  const value = text.trim();
  if (!owner || value === '') return;
  owner.row ??= new FieldRow();
  if (owner.row.size >= mostFields) throw new XmlFault('too-many-elements', 'elements', 0);
  if (owner.row.get(name) === undefined) {
    owner.row.set(name, value);
    sink.field(name, value, field);
  } else {
    owner.row.setRepeated(name, value);
    sink.repeatedField(name);
  }
}

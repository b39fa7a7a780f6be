import { FieldRow } from './field-row.js';
import type { FieldSchema } from '../schema/envelope-tables.js';
import type { XmlScanner } from '../xml/xml-scanner.js';

export interface RowSink {
  /** One non-empty field of the row that is being read, before the row itself; `field` is absent when no table knows it. */
  field(name: string, value: string, field: FieldSchema | undefined): void;
  repeatedField(name: string): void;
  row(row: FieldRow): void;
}

interface Frame {
  name: string;
  text: string;
  hasChildren: boolean;
  /** It directly holds fields of the table: it is a row, whatever its name. */
  isRow: boolean;
  row: FieldRow | undefined;
}

/**
 * Reads the rows of one table from behind the opening tag of its root element to behind the closing one. A row is the element
 * that directly contains fields of the table; names decide, never positions and never the names of the containers. Elements
 * nested in a field become fields named by their path.
 */
export function readTable(scanner: XmlScanner, fields: ReadonlyMap<string, FieldSchema>, sink: RowSink): void {
  const frames: Frame[] = [{ name: scanner.name, text: '', hasChildren: false, isRow: false, row: undefined }];
  let top = 0;
  let rowAt = -1;
  while (top >= 0) {
    const token = scanner.next();
    const frame = frames[top];
    if (frame === undefined || token === 'end') return;
    if (token === 'text') {
      // Blanks between the children of a container are many and mean nothing; text beside a child may be a note with mark-up in it.
      if (!frame.hasChildren || scanner.text.trim() !== '') frame.text += scanner.text;
    } else if (token === 'open') {
      frame.hasChildren = true;
      if (rowAt < 0 && fields.has(scanner.name)) {
        frame.isRow = true;
        rowAt = top;
      }
      top += 1;
      const reused = frames[top];
      if (reused) {
        reused.name = scanner.name;
        reused.text = '';
        reused.hasChildren = false;
        reused.isRow = false;
        reused.row = undefined;
      } else frames[top] = { name: scanner.name, text: '', hasChildren: false, isRow: false, row: undefined };
    } else {
      if (!frame.hasChildren || (rowAt >= 0 && top > rowAt && frame.text.trim() !== '')) addField(frames, top, rowAt, fields, sink);
      if (frame.row) sink.row(frame.row);
      if (rowAt === top) rowAt = -1;
      top -= 1;
    }
  }
}

function addField(
  frames: readonly Frame[],
  top: number,
  rowAt: number,
  fields: ReadonlyMap<string, FieldSchema>,
  sink: RowSink,
): void {
  const leaf = frames[top];
  const owner = frames[rowAt >= 0 ? rowAt : Math.max(0, top - 1)];
  const value = leaf?.text.trim() ?? '';
  if (!leaf || !owner || value === '') return;
  const nested = rowAt >= 0 && top - rowAt > 1;
  const name = nested ? frames.slice(rowAt + 1, top + 1).map((frame) => frame.name).join('/') : leaf.name;
  owner.row ??= new FieldRow();
  if (owner.row.get(name) === undefined) {
    owner.row.set(name, value);
    sink.field(name, value, nested ? undefined : fields.get(name));
  } else {
    owner.row.setRepeated(name, value);
    sink.repeatedField(name);
  }
}

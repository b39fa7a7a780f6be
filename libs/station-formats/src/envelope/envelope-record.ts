import type { FaultList } from '../faults/fault-list.js';
import type { TableSchema } from '../schema/envelope-tables.js';
import type { FieldRow } from './field-row.js';

export interface TableRows {
  /** `XML1` … `XML15`, or the name under which an unknown table came. */
  readonly name: string;
  /** Absent for a table that QĐ 4750/3176 do not know. */
  readonly schema: TableSchema | undefined;
  readonly rows: FieldRow[];
}

/** One HOSO as read, before it is understood. */
export interface EnvelopeRecord {
  /** `HOSO[1]` */
  readonly path: string;
  readonly tables: ReadonlyMap<string, TableRows>;
  readonly faults: FaultList;
}

/** Where a row of a table stands: `XML1`, `XML2[3]`. */
export const rowPath = (table: TableRows, index: number): string =>
  index === 0 && table.schema && table.schema.containers.length === 1 ? table.name : `${table.name}[${index + 1}]`;

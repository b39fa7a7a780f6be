import { readFileSync } from 'node:fs';
import type { Bilingual } from '#domain/bilingual.js';
import { codesOf, rowsOf } from './tables-file.js';

export type TableName = `XML${number}`;

/** How the value of a field is written; `list:…` names a list of `data/code_lists.tsv`. */
export type FieldKind =
  | 'text'
  | 'number'
  | 'weight'
  | 'date'
  | 'dates'
  | 'birth'
  | 'facility'
  | 'cards'
  | 'person-number'
  | 'icd10'
  | 'icd10s'
  | `list:${string}`;

export interface FieldSchema {
  readonly name: string;
  /** Its place among the fields of the table, from 0. */
  readonly place: number;
  readonly kind: FieldKind;
  /** Characters; absent: no limit. The larger of QĐ 4750's and the portal's. */
  readonly maxLength?: number;
  /** The insurance portal demands it. */
  readonly required: boolean;
  /** In which form of the table it stands; only XML13 differs. */
  readonly form: 'both' | '4750' | '3176';
  readonly label: Bilingual;
  /** Codes of its list, where it has one. */
  readonly codes?: ReadonlySet<string>;
}

export interface TableSchema {
  readonly name: TableName;
  /** Elements from the root of the table down to the row; one name where the root is the row. */
  readonly containers: readonly string[];
  /** Fields in the order of QĐ 4750, those only in QĐ 3176 last. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** The same fields by their place. */
  readonly sequence: readonly FieldSchema[];
  readonly requiredFields: readonly FieldSchema[];
  /** Field names in the order of each form. */
  readonly order: Readonly<Record<'4750' | '3176', readonly string[]>>;
}

const meanings = new Map(rowsOf('field_meanings.tsv').map((row) => [row['field'] ?? '', row]));

const lengthOf = (...cells: readonly (string | undefined)[]): number | undefined => {
  const lengths = cells.map(Number);
  return lengths.some((length) => Number.isNaN(length) || length === 0) ? undefined : Math.max(...lengths);
};

function fieldOf(row: Readonly<Record<string, string>>, place: number, form: FieldSchema['form']): FieldSchema {
  const name = row['field'] ?? '';
  const meaning = meanings.get(name);
  const kind = (meaning?.['kind'] || (row['type_qd4750'] === 'number' ? 'number' : 'text')) as FieldKind;
  const maxLength = lengthOf(row['maxlen_qd4750'], row['maxlen_bhxh_portal']);
  return {
    name,
    place,
    kind,
    ...(maxLength !== undefined && { maxLength }),
    required: row['portal_required'] === 'required',
    form,
    label: { vi: meaning?.['vi'] ?? name, en: meaning?.['en'] ?? name },
    ...(kind.startsWith('list:') && { codes: codesOf(kind.slice('list:'.length)) }),
  };
}

function readTables(): ReadonlyMap<TableName, TableSchema> {
  const structure = JSON.parse(
    readFileSync(new URL('../../data/xml4750_structure.json', import.meta.url), 'utf8'),
  ) as Readonly<Record<string, { readonly containers: readonly string[] }>>;
  const of4750 = Map.groupBy(rowsOf('xml4750_fields.tsv'), (row) => row['table'] as TableName);
  const of3176 = Map.groupBy(rowsOf('xml3176_fields.tsv'), (row) => row['table'] as TableName);
  return new Map(
    [...of4750].map(([name, rows]): [TableName, TableSchema] => {
      const later = of3176.get(name) ?? [];
      const dropped = new Set(later.filter((row) => row['order'] === '').map((row) => row['field']));
      const added = later.filter((row) => !rows.some((known) => known['field'] === row['field']));
      const fields = new Map(
        [
          ...rows.map((row, place) => fieldOf(row, place, dropped.has(row['field']) ? '4750' : 'both')),
          ...added.map((row, index) => fieldOf(row, rows.length + index, '3176')),
        ].map((field) => [field.name, field]),
      );
      const order4750 = rows.map((row) => row['field'] ?? '');
      const order3176 = later.filter((row) => row['order'] !== '').map((row) => row['field'] ?? '');
      return [
        name,
        {
          name,
          containers: structure[name]?.containers ?? ['GIAM_DINH_Y_KHOA'],
          fields,
          sequence: [...fields.values()],
          requiredFields: [...fields.values()].filter((field) => field.required),
          order: { '4750': order4750, '3176': order3176.length > 0 ? order3176 : order4750 },
        },
      ];
    }),
  );
}

/** The tables XML0–XML15 of QĐ 4750/QĐ-BYT with the changes of QĐ 3176/QĐ-BYT, by name. */
export const envelopeTables: ReadonlyMap<TableName, TableSchema> = readTables();

const tableOfRoot = new Map([...envelopeTables.values()].map((table) => [table.containers[0] ?? '', table]));

/** The table whose inner XML has that root element. */
export const tableWithRoot = (root: string): TableSchema | undefined => tableOfRoot.get(root);

/** Fields of any table: how the rows of a table nobody knows are found. */
export const fieldsOfAnyTable: ReadonlyMap<string, FieldSchema> = new Map(
  [...envelopeTables.values()].flatMap((table) => [...table.fields]),
);

/** What a field is called, for people. */
export const labelOf = (field: string): Bilingual => fieldsOfAnyTable.get(field)?.label ?? { vi: field, en: field };

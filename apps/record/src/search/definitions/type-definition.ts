/** How a resource type's rows are found: its table, the columns that answer parameters, the orders its indexes carry. */
export interface Described {
  /** How the CapabilityStatement describes it, where the name does not. */
  readonly note?: string;
}

export interface TokenColumn {
  readonly code: string;
  /** The system of every code of the column, or the column that holds it. */
  readonly system: string | { readonly column: string };
}

/** A search parameter of R4 that the columns of a type's table answer. */
export type IndexedParameter = Described &
  (
    | { readonly kind: 'token'; readonly columns: readonly TokenColumn[]; readonly indexed?: boolean }
    /** Every resource of the type has the same value. */
    | { readonly kind: 'fixed'; readonly system: string; readonly code: string }
    | {
        readonly kind: 'date';
        readonly starts: string;
        readonly ends: string;
        /** Periods, some of them longer than a day: these are found by `stays_until`. */
        readonly longStays?: boolean;
        /** May be known by the year or month alone. */
        readonly partial?: boolean;
        /** Columns are milliseconds, not seconds. */
        readonly milliseconds?: boolean;
        /** Periods of any length. */
        readonly endless?: boolean;
      }
    | { readonly kind: 'patient' }
    | { readonly kind: 'encounter' }
    | { readonly kind: 'focus' }
    | { readonly kind: 'target' }
    | {
        readonly kind: 'facility';
        readonly column: string;
        readonly indexed?: boolean;
        /** Others than facilities are referred to as well, which the column does not say. */
        readonly besides?: true;
      }
    | { readonly kind: 'person-name'; readonly words: 'any' | 'family' | 'given' }
    | { readonly kind: 'person-identifier' }
    | { readonly kind: 'phone' }
    /** Number unique within the facility of another column; the system ends in the facility's code. */
    | { readonly kind: 'facility-number'; readonly column: string; readonly facility: string; readonly system: string }
    | { readonly kind: 'facility-code' }
    | { readonly kind: 'facility-name' }
    /** A number with a unit, between the lowest and the highest of the resource; the resource itself decides. */
    | { readonly kind: 'amount' }
    /** Code of a component, or with `own` of the resource itself as well. */
    | { readonly kind: 'component-code'; readonly own: boolean }
    /** Two parameters of the same group; the resource itself decides. */
    | { readonly kind: 'code-amount'; readonly code: string }
    /** A word or code of a resource kept as it was sent. */
    | { readonly kind: 'kept-value' }
  );

/** A way through the rows of a type in key order, along an index. */
export interface Order {
  readonly from: string;
  /** What joins the tables of `from`. */
  readonly on?: string;
  /** `from` when few rows of `e` are known to be wanted: they come first. */
  readonly narrowFrom?: string;
  readonly key: readonly [string, ...string[]];
  /** Some rows are not on it, so it serves a criterion but not `_sort`. */
  readonly partial?: true;
  /** Goes along all documents in the order of this column of `d`, those of other types among them. */
  readonly alongDocuments?: 'd.updated' | 'd.id';
}

export interface TypeDefinition {
  readonly type: string;
  /** Rows of the table that are of the type, where it holds others too. */
  readonly only?: { readonly text: string; readonly values: readonly (string | number)[] };
  /** The columns do not say all: they find what may fit, and each resource is asked. */
  readonly superset?: true;
  readonly table: string;
  /** Expressions over `e` that name the row: document number, part (or event); of a whole document the part is empty. */
  readonly number: string;
  readonly part: string;
  /** Number of the resident the row is about; absent where it is nobody's. */
  readonly resident?: string;
  /** Those R4 parameters that the table answers; all others are told from the resources themselves. */
  readonly parameters: Readonly<Record<string, IndexedParameter>>;
  readonly orders: Readonly<Record<string, Order>>;
  /** The order there always is, by the row's own key. */
  readonly keyOrder: Order;
  /** The order by when the document last changed. */
  readonly updatedOrder: Order;
  /** Name in `orders` and direction, where the search does not say. */
  readonly defaultOrder: { readonly name: string; readonly descending: boolean };
  /** When the row last changed, in milliseconds. */
  readonly updated: string;
}

export const hl7 = 'http://hl7.org/fhir';
export const ownSystem = { column: 'e.system' } as const;
export const patient: IndexedParameter = { kind: 'patient' };
export const code: IndexedParameter = {
  kind: 'token',
  columns: [{ code: 'e.code', system: ownSystem }],
  indexed: true,
};
export const date = { kind: 'date', starts: 'e.starts', ends: 'e.ends' } as const satisfies IndexedParameter;
export const status = (resource: string, column: string): IndexedParameter => ({
  kind: 'token',
  columns: [{ code: column, system: `${hl7}/${resource}` }],
});
export const fixedStatus = (resource: string, value: string): IndexedParameter => ({
  kind: 'fixed',
  system: `${hl7}/${resource}`,
  code: value,
});

const updatedOfDocument = '(select u.updated from document u where u.number = e.number)';

const along = (column: 'd.updated' | 'd.id', table: string, rest: readonly string[]): Order => ({
  from: `document d cross join ${table} e`,
  on: 'e.number = d.number',
  narrowFrom: `${table} e cross join document d`,
  key: [column, ...rest],
  alongDocuments: column,
});

type TableOrders = Pick<
  TypeDefinition,
  'table' | 'number' | 'part' | 'updated' | 'orders' | 'keyOrder' | 'updatedOrder'
>;

/** One row for each part of a document. */
export function partTable(
  table: string,
  dateName: string,
): TableOrders & Pick<TypeDefinition, 'resident' | 'defaultOrder'> {
  const updatedOrder = along('d.updated', table, ['e.number', 'e.part']);
  return {
    table,
    number: 'e.number',
    part: 'e.part',
    updated: updatedOfDocument,
    resident: 'e.resident',
    orders: {
      [dateName]: { from: `${table} e`, key: ['e.starts', 'e.number', 'e.part'] },
      _lastUpdated: updatedOrder,
      _id: along('d.id', table, ['e.part']),
    },
    keyOrder: { from: `${table} e`, key: ['e.number', 'e.part'] },
    updatedOrder,
    defaultOrder: { name: dateName, descending: true },
  };
}

/** One row for each document. */
export function wholeTable(table: string): TableOrders {
  const natural: Order = { from: `${table} e`, key: ['e.number'] };
  const updatedOrder = along('d.updated', table, ['e.number']);
  return {
    table,
    number: 'e.number',
    part: "''",
    updated: updatedOfDocument,
    orders: { natural, _lastUpdated: updatedOrder, _id: along('d.id', table, []) },
    keyOrder: natural,
    updatedOrder,
  };
}

export const byStart = (table: string): Order => ({ from: `${table} e`, key: ['e.starts', 'e.number'] });

import type { TypeDefinition } from '../search/definitions/type-definition.js';
import { all, any, type Sql, sql } from '../search/sql.js';
import { sharingCondition } from './sharing.js';
import { hiddenClasses, type Visibility } from './visibility.js';

/** Parameters that ask nothing of why somebody was seen: a frame that is shown in part may be found by them. */
const plainParameters: ReadonlySet<string> = new Set(
  `_id _lastUpdated patient subject encounter focus identifier status date class intent service-provider requester performer owner
   authored authored-on modified business-status`.split(/\s+/),
);

/**
 * What rows of a type a caller may find; `undefined` where all of them. Whatever reads rows of a type (searches, counts, inner rows of
 * chained searches) must have it among its conditions.
 * @param asked names of the parameters the rows are found by
 */
export function rowFilter(
  definition: TypeDefinition,
  visibility: Visibility,
  asked: Iterable<string>,
): Sql | undefined {
  const filters = [
    concernFilter(definition, visibility),
    sensitiveFilter(definition, visibility, asked),
    sharingFilter(definition, visibility),
  ];
  const conditions = filters.filter((one) => one !== undefined);
  return conditions.length === 0 ? undefined : all(conditions);
}

/** Rows of residents the facility is concerned with, and rows that are about nobody. */
function concernFilter(definition: TypeDefinition, visibility: Visibility): Sql | undefined {
  if (visibility.kind !== 'facility' || definition.resident === undefined) return undefined;
  const concerned = `exists (select 1 from concern v where v.facility = ? and v.resident = ${definition.resident})`;
  return sql(
    definition.part === 'e.event' || definition.superset === true ? `(e.resident is null or ${concerned})` : concerned,
    visibility.facility,
  );
}

function sensitiveFilter(definition: TypeDefinition, visibility: Visibility, asked: Iterable<string>): Sql | undefined {
  const hidden = hiddenClasses(visibility);
  if (hidden.length === 0 || definition.resident === undefined || definition.type === 'Patient') return undefined;
  // Of events; what was sent as Provenance is kept like any other resource.
  const provenance = definition.part === 'e.event';
  const row = provenance ? 'e.document' : definition.number;
  // Of Provenance, that which is about a document that is hidden as a whole.
  const part = provenance ? `'${wholeDocument}'` : definition.part;
  const plain = [...asked].every((name) => plainParameters.has(name));
  const classes = hidden.map(() => 's.classes like ?').join(' or ');
  return sql(
    `not exists (select 1 from sensitive_entry s where s.number = ${row} and s.part = ${part}${plain ? ' and s.whole = 1' : ''}
       and (${classes})${visibility.own === undefined ? '' : ' and s.facilities not like ?'})`,
    ...hidden.map((one) => `% ${one} %`),
    ...(visibility.own === undefined ? [] : [`% ${visibility.own} %`]),
  );
}

/** Rows of residents who let the caller read what others have recorded, and rows the caller's facility knows itself. */
function sharingFilter(definition: TypeDefinition, visibility: Visibility): Sql | undefined {
  if (definition.resident === undefined) return undefined;
  const ofEvents = definition.part === 'e.event';
  const document = ofEvents ? 'e.document' : definition.number;
  const person = definition.type === 'Patient';
  const resident = person ? personOf(definition.resident) : definition.resident;
  const shared = sharingCondition(resident, document, person ? 'resident' : 'part', visibility);
  const { own } = visibility;
  return shared && ofEvents && own !== undefined ? any([shared, sql('e.facility = ?', own)]) : shared;
}

/** Number of the record that goes on, of that of one which may be part of it. */
const personOf = (number: string): string =>
  `coalesce((select g.survivor from merged g where g.number = ${number}), ${number})`;

/** Part under which the table of sensitive rows holds a document that is hidden as a whole. */
export const wholeDocument = '*';

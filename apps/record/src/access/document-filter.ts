import { all, any, type Sql, sql } from '../search/sql.js';
import { sharingCondition } from './sharing.js';
import type { Visibility } from './visibility.js';

/**
 * Documents that a caller may read, as a condition on `document d`: what `StoredDocuments.visible` says of one, said of all; `undefined`
 * where it is all of them.
 */
export function documentFilter(visibility: Visibility): Sql | undefined {
  const conditions = [concerned(visibility), shared(visibility)].filter((one) => one !== undefined);
  return conditions.length === 0 ? undefined : all(conditions);
}

/** 1 where of a resident's document the caller may know who it is, not their history: `StoredDocument.personAlone`, said of all. */
export function personAlone(visibility: Visibility): Sql {
  const part = sharingCondition('d.resident', 'd.number', 'part', visibility);
  return part ? sql(`case when d.kind = 'resident' and not ${part.text} then 1 else 0 end`, ...part.values) : sql('0');
}

function concerned(visibility: Visibility): Sql | undefined {
  if (visibility.kind === 'everybody') return undefined;
  const whose =
    visibility.kind === 'facility'
      ? sql('exists (select 1 from concern v where v.facility = ? and v.resident = d.resident)', visibility.facility)
      : sql('d.resident = (select o.resident from document o where o.id = ?)', visibility.resident);
  return any([
    sql(`d.kind = 'facility' or (d.resident is null and d.kind in ('resource', 'practitioner'))`),
    sql(`d.resident is not null and ${whose.text}`, ...whose.values),
  ]);
}

function shared(visibility: Visibility): Sql | undefined {
  const person = sharingCondition('d.resident', 'd.number', 'resident', visibility);
  const part = sharingCondition('d.resident', 'd.number', 'part', visibility);
  if (!person || !part) return undefined;
  return any([
    sql(`d.kind = 'facility' or d.resident is null`),
    sql(`d.kind = 'resident' and ${person.text}`, ...person.values),
    sql(`d.kind <> 'resident' and ${part.text}`, ...part.values),
  ]);
}

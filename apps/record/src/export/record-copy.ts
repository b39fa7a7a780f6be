/**
 * What an export reads of the record, copied in one transaction: all of it is of one moment, however long the work on it takes,
 * whatever is written meanwhile and however often it is begun again. Tables of the copy:
 * - `copied_document`: documents the caller may read, withdrawn ones among them
 * - `copied_touch`, `copied_besides`: the events that touched them, and which other documents these touched
 * - `copied_joined`: records that were joined to others
 * - `copied_facility`: the facilities that are named by their codes
 * - `copied_moment`: when the newest event was recorded
 */
import type { SqlValue } from '#projections/projection.js';
import { documentFilter, personAlone } from '../access/document-filter.js';
import { documentColumns, documentTables } from '../reading/stored-documents.js';
import { permittedTouches, touchColumns } from '../reading/event-resources.js';
import { all, type Sql, sql } from '../search/sql.js';
import { membersOf } from '../groups/group-members.js';
import type { ExportJob } from './export-job.js';
import type { Copying } from './store/export-store.js';

export async function copyRecord({ asked, visibility }: ExportJob, copying: Copying): Promise<void> {
  await createTables(copying);
  const insert = (table: string, { text, values }: Sql): Promise<void> =>
    copying.execute(`insert into ${copying.own(table)} ${text}`, values);

  const { level, since } = asked;
  const filter = documentFilter(visibility);
  const alone = personAlone(visibility);
  const wanted = (whose: Sql): Sql =>
    all([
      whose,
      sql('d.version > 0'),
      ...(since === undefined ? [] : [sql('d.updated >= ?', since)]),
      ...(filter ? [filter] : []),
    ]);
  const documents = (from: string, condition: Sql): Sql =>
    sql(
      `select ${documentColumns}, d.stream, (select r.id from document r where r.number = d.resident), ${alone.text}
       from ${from} where ${condition.text}`,
      ...alone.values,
      ...condition.values,
    );

  if (level.kind === 'system') await insert('copied_document', documents(documentTables, wanted(sql('1 = 1'))));
  else {
    const residents = level.kind === 'group' || level.ids ? await copyMembers(level, copying) : undefined;
    const from = residents === undefined ? documentTables : `${residents} m cross join ${documentTables}`;
    const whose = residents === undefined ? sql('d.resident is not null') : sql('d.resident = m.number');
    await insert('copied_document', documents(from, wanted(whose)));
    // Who and what records refer to; open to everybody who may read records.
    const named = sql(
      `d.number in (select number from organization_entry union select number from kept_entry where type = 'Practitioner' and resident is null)
       and d.kind in ('facility', 'practitioner')`,
    );
    await insert('copied_document', documents(documentTables, wanted(named)));
  }
  const copied = copying.own('copied_document');
  const permitted = permittedTouches(visibility);
  const told = all([
    ...(since === undefined ? [] : [sql('e.recorded >= ?', since)]),
    ...(permitted ? [permitted] : []),
  ]);
  await insert(
    'copied_touch',
    sql(
      `select ${touchColumns} from touch e where exists (select 1 from ${copied} c where c.number = e.document) and ${told.text}`,
      ...told.values,
    ),
  );
  await insert(
    'copied_besides',
    sql(
      `select b.document, b.event from touch_besides b
       where exists (select 1 from ${copied} c where c.number = b.document)`,
    ),
  );
  await insert(
    'copied_joined',
    sql('select m.into_number, m.number, d.id from merged m join document d on d.number = m.number'),
  );
  await insert(
    'copied_facility',
    sql(
      'select d.number, d.body from organization_entry o join document d on d.number = o.number where d.body is not null',
    ),
  );
  await insert('copied_moment', sql('select max(recorded) from touch'));
}

async function createTables(copying: Copying): Promise<void> {
  const tables: Readonly<Record<string, string>> = {
    copied_document: `number bigint primary key, id text not null, kind text not null, resident bigint, version integer not null,
      updated bigint not null, sensitive integer not null, body text, told_of_id text, survivor_id text, stream text not null,
      resident_id text, person_alone integer not null`,
    copied_touch: `event text not null, document bigint not null, version integer not null, type text not null, recorded bigint not null,
      occurred text not null, facility text, actor text, digest text, primary key (document, version, event)`,
    copied_besides: 'document bigint not null, event text not null, primary key (event, document)',
    copied_joined: 'into_number bigint not null, number bigint not null, id text not null',
    copied_facility: 'number bigint primary key, body text not null',
    copied_moment: 'recorded bigint',
  };
  for (const [name, columns] of Object.entries(tables))
    await copying.execute(`create table ${copying.own(name)} (${columns})`);
}

async function copyMembers(
  level: Extract<ExportJob['asked']['level'], { readonly kind: 'patients' | 'group' }>,
  copying: Copying,
): Promise<string> {
  const table = copying.own('copied_member');
  await copying.execute(`create table ${table} (number bigint primary key)`);
  const members = level.kind === 'group' ? await membersOf(level.group, copying) : undefined;
  const named = level.ids && (await numbersOf(level.ids, copying));
  const numbers = named && members ? named.filter((number) => members.has(number)) : (named ?? members ?? []);
  for (const number of new Set(numbers)) await copying.execute(`insert into ${table} (number) values (?)`, [number]);
  return table;
}

/** Of the records that go on, of residents by their ids. */
async function numbersOf(ids: readonly string[], copying: Copying): Promise<readonly number[]> {
  const found: number[] = [];
  for (let next = 0; next < ids.length; next += 100) {
    const group = ids.slice(next, next + 100);
    const rows = await copying.query<{ readonly resident: SqlValue }>(
      `select resident from document where kind = 'resident' and id in (${group.map(() => '?').join(', ')})`,
      group,
    );
    found.push(...rows.map(({ resident }) => Number(resident)));
  }
  return found;
}

import type { ResidentDocument } from '#fhir/documents.js';
import type { SqlValue } from '#projections/projection.js';
import { parseGroupId } from './group-id.js';

interface Queries {
  query<T>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly T[]>;
}

interface MemberRow {
  readonly resident: SqlValue;
}

/** Numbers of the records that go on, of a group's residents. Whether a caller may read them is another matter. */
export async function membersOf(group: string, view: Queries): Promise<ReadonlySet<number>> {
  const of = parseGroupId(group);
  switch (of?.kind) {
    case 'facility':
      return numbers(
        await view.query<MemberRow>(
          'select d.resident as resident from concern v join document d on d.number = v.resident where v.facility = ?',
          [of.code],
        ),
      );
    case 'programme':
      // A quotation mark inside a text would be escaped: what is asked for stands nowhere else.
      return numbers(
        await view.query<MemberRow>(
          `select e.resident as resident from kept_entry e join document d on d.number = e.number
           where e.type = 'EpisodeOfCare' and d.kind = 'programme' and d.body like ?`,
          [`%"programme":"${of.code}"%`],
        ),
      );
    case 'commune':
      return numbers(await livingIn(of.code, view));
    case undefined:
      return new Set();
    default:
      return of satisfies never;
  }
}

const documentsAtOnce = 5_000;

async function livingIn(commune: string, view: Queries): Promise<readonly MemberRow[]> {
  const members: MemberRow[] = [];
  for (let after: SqlValue = 0; ;) {
    const rows: readonly { readonly number: SqlValue; readonly resident: SqlValue; readonly body: string }[] =
      await view.query(
        `select p.number as number, d.resident as resident, d.body as body from patient_entry p join document d on d.number = p.number
         where p.number > ? and d.body like ? order by p.number limit ${documentsAtOnce}`,
        [after, `%"communeCode":"${commune}"%`],
      );
    members.push(
      ...rows.filter(({ body }) => (JSON.parse(body) as ResidentDocument).details.residence?.communeCode === commune),
    );
    after = rows.at(-1)?.number ?? 0;
    if (rows.length < documentsAtOnce) return members;
  }
}

const numbers = (rows: readonly MemberRow[]): ReadonlySet<number> =>
  new Set(rows.map(({ resident }) => Number(resident)));

import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { type AuditEntry, breakGlass } from './audit-entry.js';

export interface RecordedAudit {
  /** Place in the trail, from 1, without a gap. */
  readonly seq: number;
  readonly entry: AuditEntry;
}

/** Where a page begins, exclusive. */
export interface AuditPlace {
  readonly recorded: number;
  readonly seq: number;
}

/** What entries are asked for. Everything given must hold. */
export interface AuditQuestion {
  /** Any of them: a person's records may have been joined. */
  readonly residents?: readonly string[];
  /** Any of each. */
  readonly facilities?: readonly string[];
  readonly holders?: readonly string[];
  readonly actions?: readonly string[];
  readonly interactions?: readonly string[];
  readonly outcomes?: readonly number[];
  /** Only, or none of, those that say that a record was opened in an emergency. */
  readonly emergencies?: boolean;
  /** Milliseconds since 1970; inclusive, exclusive. */
  readonly from?: number;
  readonly before?: number;
  readonly seqs?: readonly number[];
}

export interface AuditPage {
  /** Newest first. May be fewer than asked for, and still have a next. */
  readonly found: readonly RecordedAudit[];
  readonly next?: AuditPlace;
}

/** Rows one page looks at: what no index finds is passed over, page by page. */
const mostExamined = 20_000;

interface Row {
  readonly seq: SqlValue;
  readonly recorded: SqlValue;
  readonly body: string;
  readonly fits: SqlValue;
}

/** Reads the audit trail, newest first. */
export class AuditReader {
  constructor(private readonly database: ReadDatabase) {}

  async page(question: AuditQuestion, limit: number, after?: AuditPlace): Promise<AuditPage> {
    const { from, where, fits } = plan(question, after);
    const examined = await this.database.query<Pick<Row, 'seq' | 'recorded' | 'fits'>>(
      `select * from (
         select e.seq as seq, e.recorded as recorded, case when ${fits.text} then 1 else 0 end as fits
         from ${from.text} where ${where.text} order by e.recorded desc, e.seq desc limit ${mostExamined}) w`,
      [...fits.values, ...from.values, ...where.values],
    );
    const fitting = examined.filter((row) => Number(row.fits) === 1);
    const shown = fitting.slice(0, limit);
    const last = fitting.length > limit ? shown.at(-1) : examined.length === mostExamined ? examined.at(-1) : undefined;
    return {
      found: await this.#entries(shown.map(({ seq }) => Number(seq))),
      ...(last && { next: { recorded: Number(last.recorded), seq: Number(last.seq) } }),
    };
  }

  /** How many fit; `undefined` when more rows would have to be looked at than one page may. */
  async count(question: AuditQuestion): Promise<number | undefined> {
    const { from, where, fits } = plan(question);
    const [row] = await this.database.query<{ readonly examined: SqlValue; readonly fitting: SqlValue }>(
      `select count(*) as examined, coalesce(sum(fits), 0) as fitting from (
         select case when ${fits.text} then 1 else 0 end as fits from ${from.text} where ${where.text} limit ${mostExamined + 1}) w`,
      [...fits.values, ...from.values, ...where.values],
    );
    return Number(row?.examined) > mostExamined ? undefined : Number(row?.fitting ?? 0);
  }

  async #entries(seqs: readonly number[]): Promise<readonly RecordedAudit[]> {
    if (seqs.length === 0) return [];
    const rows = await this.database.query<Pick<Row, 'seq' | 'body'>>(
      `select seq, body from audit_entry where seq in (${seqs.map(() => '?').join(', ')}) order by recorded desc, seq desc`,
      seqs,
    );
    return rows.map(({ seq, body }) => ({ seq: Number(seq), entry: JSON.parse(body) as AuditEntry }));
  }
}

interface Condition {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** What an index finds, and what is looked at row by row. */
function plan(question: AuditQuestion, after?: AuditPlace): { from: Condition; where: Condition; fits: Condition } {
  const { residents, facilities, holders, actions, interactions, outcomes, emergencies, from, before, seqs } = question;
  const where = all([
    residents && { text: 'e.seq = r.seq', values: [] },
    seqs && { text: `e.seq in (${marks(seqs)})`, values: seqs },
    facilities && { text: `e.facility in (${marks(facilities)})`, values: facilities },
    // Written out: only so is its index used.
    emergencies === true && { text: `e.interaction = '${breakGlass}'`, values: [] },
    from !== undefined && { text: 'e.recorded >= ?', values: [from] },
    before !== undefined && { text: 'e.recorded < ?', values: [before] },
    after && { text: '(e.recorded, e.seq) < (?, ?)', values: [after.recorded, after.seq] },
  ]);
  const fits = all([
    emergencies === false && { text: 'e.interaction <> ?', values: [breakGlass] },
    holders && { text: `e.holder in (${marks(holders)})`, values: holders },
    actions && { text: `e.action in (${marks(actions)})`, values: actions },
    interactions && { text: `e.interaction in (${marks(interactions)})`, values: interactions },
    outcomes && { text: `e.outcome in (${marks(outcomes)})`, values: outcomes },
  ]);
  return { from: source(residents), where, fits };
}

/** An entry that names two of the residents is one entry. SQLite takes a cross join in the order written. */
function source(residents: AuditQuestion['residents']): Condition {
  if (!residents) return { text: 'audit_entry e', values: [] };
  return {
    text: `(select seq from audit_resident where resident in (${marks(residents)}) group by seq) r cross join audit_entry e`,
    values: residents,
  };
}

const marks = (values: readonly SqlValue[]): string =>
  values.length === 0 ? 'null' : values.map(() => '?').join(', ');

function all(conditions: readonly (Condition | false | undefined)[]): Condition {
  const given = conditions.filter((one) => one !== false && one !== undefined);
  if (given.length === 0) return { text: '1 = 1', values: [] };
  return { text: given.map(({ text }) => text).join(' and '), values: given.flatMap(({ values }) => values) };
}

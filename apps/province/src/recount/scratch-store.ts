import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DateTime, LocalDate } from '#domain/dates.js';
import type { FigurePlace, StandingPlace } from '#domain/indicators/figure-places.js';
import type { ReferralDirection, ReferralEvent } from '#domain/referrals/referral-events.js';
import type { CodedResidence } from '#messaging/health-facts/health-fact.js';
import type { Diagnosis, Vitals } from '#domain/codes.js';
import type { HistoryFacts } from '#domain/indicators/clinical-definitions.js';
import type { LaboratoryValues } from '#domain/indicators/laboratory-values.js';

/** An encounter as the log tells it last. */
export interface ToldEncounter {
  readonly form: 'visit' | 'screening';
  readonly facility: string;
  readonly at: string;
  readonly day: LocalDate;
  readonly place: FigurePlace;
  readonly insured: boolean;
  readonly careType?: string;
  readonly diagnoses: readonly Pick<Diagnosis, 'code' | 'role'>[];
  readonly vitals: Pick<Vitals, 'systolic' | 'diastolic'>;
  readonly laboratory: LaboratoryValues;
}

/** What the log says of a resident, in its order. */
export type Statement =
  | {
      readonly kind: 'registered';
      readonly on: LocalDate;
      readonly facility: string;
      readonly birthYear?: number;
      readonly residence?: CodedResidence;
    }
  | { readonly kind: 'corrected'; readonly birthYear?: number; readonly residence?: CodedResidence }
  | { readonly kind: 'moved'; readonly on: LocalDate; readonly residence: CodedResidence }
  | ({ readonly kind: 'history'; readonly on: LocalDate } & HistoryFacts)
  | { readonly kind: 'stands'; readonly standing: readonly StandingPlace[] };

export interface ReferralStepTold {
  readonly step: ReferralEvent['type'];
  readonly at: DateTime;
  /** Given with the issue. */
  readonly issue?: { readonly direction: ReferralDirection; readonly facility: string; readonly place: FigurePlace };
  /** Given with a way back that has a paper of its own: that paper's referral. */
  readonly backPaper?: string;
}

/** What a recount has read so far: on disk and private to it, so that memory stays the same however long the log is. */
export class ScratchStore {
  readonly #database: DatabaseSync;
  readonly #told: StatementSync;
  readonly #retract: StatementSync;
  readonly #state: StatementSync;
  readonly #step: StatementSync;
  readonly #hasStanding: StatementSync;

  constructor() {
    // An empty name is a temporary file that SQLite deletes with the connection.
    this.#database = new DatabaseSync('');
    this.#database.exec(`
      pragma journal_mode = off;
      pragma synchronous = off;
      create table encounter (key text primary key, resident text, told integer, at text, body text);
      create table statement (resident text, told integer, kind text, body text);
      create table merge (joined text primary key, resident text, told integer);
      create table referral (key text, told integer, back_paper text, body text);
      create index statement_of on statement (resident);`);
    this.#told = this.#database.prepare(`insert into encounter values (?, ?, ?, ?, ?)
      on conflict (key) do update set resident = excluded.resident, at = excluded.at, body = excluded.body`);
    this.#retract = this.#database.prepare('update encounter set body = null where key = ?');
    this.#state = this.#database.prepare('insert into statement values (?, ?, ?, ?)');
    this.#step = this.#database.prepare('insert into referral values (?, ?, ?, ?)');
    this.#hasStanding = this.#database.prepare(`select 1 from statement where resident = ? and kind = 'stands'`);
  }

  begin(): void {
    this.#database.exec('begin');
  }

  commit(): void {
    this.#database.exec('commit');
  }

  told(key: string, resident: string, position: number, encounter: ToldEncounter): void {
    this.#told.run(key, resident, position, encounter.at, JSON.stringify(encounter));
  }

  retracted(key: string): void {
    this.#retract.run(key);
  }

  state(resident: string, position: number, statement: Statement): void {
    this.#state.run(resident, position, statement.kind, JSON.stringify(statement));
  }

  merged(resident: string, joined: string): void {
    this.#database.prepare('delete from merge where joined = ?').run(joined);
    this.#database
      .prepare('insert into merge select ?, ?, coalesce(max(told), 0) + 1 from merge')
      .run(joined, resident);
  }

  unmerged(resident: string, separated: string): void {
    this.#database.prepare('delete from merge where joined = ? and resident = ?').run(separated, resident);
  }

  hasStanding(resident: string): boolean {
    return this.#hasStanding.get(resident) !== undefined;
  }

  step(key: string, position: number, told: ReferralStepTold): void {
    this.#step.run(key, position, told.backPaper ?? null, JSON.stringify(told));
  }

  newestVisit(): LocalDate | undefined {
    const row = this.#database
      .prepare(
        `select max(json_extract(body, '$.day')) as day from encounter where json_extract(body, '$.form') = 'visit'`,
      )
      .get() as { day: LocalDate | null } | undefined;
    return row?.day ?? undefined;
  }

  /** Persons one after another, each with everything told of them. */
  *residents(): Iterable<{ readonly statements: readonly Statement[]; readonly encounters: readonly ToldEncounter[] }> {
    this.#database.exec('create index if not exists encounter_of on encounter (resident)');
    const statements = this.#database.prepare('select body from statement where resident = ? order by told, rowid');
    const encounters = this.#database.prepare(
      'select told, body from encounter where resident = ? and body is not null order by at, told',
    );
    const all = this.#database.prepare(
      `select resident from (select resident from statement union select resident from encounter)
       where resident not in (select joined from merge) union select resident from merge where resident not in (select joined from merge)`,
    );
    const parts = this.#database.prepare(
      `with recursive part (resident, told) as (
         select ?, 0 union all select merge.joined, merge.told from merge join part on merge.resident = part.resident
       ) select resident from part order by told`,
    );
    for (const { resident } of all.iterate() as Iterable<{ resident: string }>) {
      const members = (parts.all(resident) as unknown as readonly { readonly resident: string }[]).map(
        (part) => part.resident,
      );
      yield {
        statements: statementsOfPerson(members.map((one) => bodies(statements, one) as readonly Statement[])),
        encounters: members
          .flatMap((one) => told(encounters, one))
          .toSorted((a, b) =>
            a.encounter.at === b.encounter.at ? a.told - b.told : a.encounter.at < b.encounter.at ? -1 : 1,
          )
          .map(({ encounter }) => encounter),
      };
    }
  }

  /** Referrals one after another, each with its steps in order. */
  *referrals(): Iterable<{ readonly key: string; readonly steps: readonly ReferralStepTold[] }> {
    this.#database.exec(
      'create index if not exists referral_of on referral (key);create index if not exists back_of on referral (back_paper)',
    );
    const steps = this.#database.prepare('select body from referral where key = ? order by told, rowid');
    const all = this.#database.prepare('select distinct key from referral');
    for (const { key } of all.iterate() as Iterable<{ key: string }>)
      yield { key, steps: bodies(steps, key) as readonly ReferralStepTold[] };
  }

  /** Another referral's way back names this paper. */
  isNamedAsBack(key: string): boolean {
    const found = this.#database.prepare('select 1 from referral where back_paper = ? and key <> ?').get(key, key);
    return found !== undefined;
  }

  close(): void {
    this.#database.close();
  }
}

function bodies(statement: StatementSync, key: string): readonly unknown[] {
  return (statement.all(key) as unknown as { body: string }[]).map(({ body }) => JSON.parse(body) as unknown);
}

function told(
  statement: StatementSync,
  resident: string,
): readonly { readonly told: number; readonly encounter: ToldEncounter }[] {
  return (statement.all(resident) as unknown as { told: number; body: string }[]).map((row) => ({
    told: row.told,
    encounter: JSON.parse(row.body) as ToldEncounter,
  }));
}

/**
 * What is said of one person whose records are merged, the surviving record's first: its word for birth year and residence, another
 * record's where it says nothing of that.
 */
function statementsOfPerson(records: readonly (readonly Statement[])[]): readonly Statement[] {
  const [only, ...others] = records;
  if (!only || others.length === 0) return only ?? [];
  const stands = records.flatMap(
    (record) => record.find(({ kind, ...said }) => kind === 'stands' && hasPlaces(said)) ?? [],
  );
  const registrations = records
    .flat()
    .flatMap((said): readonly Statement[] =>
      said.kind === 'registered' ? [{ kind: 'registered', on: said.on, facility: said.facility }] : [],
    );
  const residential = records.find((record) => record.some((said) => 'residence' in said && said.residence)) ?? [];
  const birthYear = records.map(birthYearIn).find((year) => year !== undefined);
  return [
    ...stands.slice(0, 1),
    ...registrations,
    ...residential.filter(({ kind }) => kind === 'registered' || kind === 'corrected' || kind === 'moved'),
    { kind: 'corrected', ...(birthYear !== undefined && { birthYear }) },
    ...records.flat().filter(({ kind }) => kind === 'history'),
  ];
}

const hasPlaces = (said: object): boolean =>
  'standing' in said && Array.isArray(said.standing) && said.standing.length > 0;

function birthYearIn(record: readonly Statement[]): number | undefined {
  return record.reduce<number | undefined>(
    (known, said) =>
      said.kind === 'corrected' ? said.birthYear : said.kind === 'registered' ? (said.birthYear ?? known) : known,
    undefined,
  );
}

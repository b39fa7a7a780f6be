/** Merged records in the view: what was told of each is kept apart (`told_of`), what is searched by is the record that goes on. */
import type { ResidentsMerged, ResidentsUnmerged } from '#domain/residents/resident-events.js';
import { namedFacilities } from '../access/named-facilities.js';
import type { RecordDocument } from '#fhir/documents.js';
import { KeyedStatement } from '#projections/bulk-statements.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import { tablesWithResident } from './schema.js';

export type MergeEvent = ResidentsMerged | ResidentsUnmerged;

/** Where records are merged, by their numbers. */
export interface MergedNumbers {
  /** The record that goes on; itself where it is not merged. */
  survivorOf(number: number): number;
  /** Every record of the same person, itself among them. */
  membersWith(number: number): readonly number[];
}

export const noMerges: MergedNumbers = { survivorOf: (number) => number, membersWith: (number) => [number] };

interface MergedRow {
  readonly number: SqlValue;
  readonly survivor: SqlValue;
}

const mergedOf = new KeyedStatement('select number, survivor from merged where number in');
const mergedInto = new KeyedStatement('select number, survivor from merged where survivor in');

/** The merges of those who are one person with one of these. */
export async function mergedNumbers(view: ViewTransaction, numbers: readonly number[]): Promise<MergedNumbers> {
  const [any] = await view.query('select 1 from merged limit 1');
  if (!any) return noMerges;
  const found = await mergedOf.query<MergedRow>(view, new Set(numbers));
  const persons = new Set([...numbers, ...found.map((row) => Number(row.survivor))]);
  const rows = await mergedInto.query<MergedRow>(view, persons);
  if (rows.length === 0) return noMerges;
  const survivors = new Map(rows.map((row) => [Number(row.number), Number(row.survivor)]));
  const members = Map.groupBy(survivors.keys(), (number) => survivors.get(number) ?? number);
  const survivorOf = (number: number): number => survivors.get(number) ?? number;
  return {
    survivorOf,
    membersWith: (number) => [survivorOf(number), ...(members.get(survivorOf(number)) ?? [])],
  };
}

/** Joins what is known of two records, and takes it apart. */
export class RecordMerges {
  constructor(private readonly view: ViewTransaction) {}

  async take({ type, data }: MergeEvent): Promise<void> {
    if (type === 'ResidentsMerged') await this.#merge(data.resident, data.joined);
    else await this.#unmerge(data.resident, data.separated);
  }

  /** Whoever was concerned with these residents' records by what is no longer told of them is so no more. */
  async concernAnew(residents: Iterable<number>): Promise<void> {
    for (const resident of residents) {
      const members = new Set([resident, ...(await mergedNumbers(this.view, [resident])).membersWith(resident)]);
      for (const member of members) await this.view.execute('delete from concern where resident = ?', [member]);
      await this.#openTo([...members]);
    }
  }

  async #merge(resident: string, joined: string): Promise<void> {
    const [into, number] = [await this.#number(resident), await this.#number(joined)];
    if (into === undefined || number === undefined) return;
    const survivor = (await mergedNumbers(this.view, [into])).survivorOf(into);
    await this.view.execute('update merged set survivor = ? where survivor = ?', [survivor, number]);
    await this.view.execute(
      `insert into merged (number, into_number, survivor) values (?, ?, ?)
       on conflict (number) do update set into_number = excluded.into_number, survivor = excluded.survivor`,
      [number, into, survivor],
    );
    await this.#moveRows('resident', number, survivor);
    await this.#openTo((await mergedNumbers(this.view, [survivor])).membersWith(survivor));
  }

  async #unmerge(resident: string, separated: string): Promise<void> {
    const [from, number] = [await this.#number(resident), await this.#number(separated)];
    const [link] = await this.view.query('select 1 from merged where number = ? and into_number = ?', [
      number ?? null,
      from ?? null,
    ]);
    if (!link || number === undefined) return;
    const survivor = (await mergedNumbers(this.view, [number])).survivorOf(number);
    await this.view.execute('delete from merged where number = ?', [number]);
    const apart = await this.#joinedTo(number);
    for (const member of apart) {
      if (member !== number)
        await this.view.execute('update merged set survivor = ? where number = ?', [number, member]);
      await this.#moveRows('told_of', member, number);
    }
    const left = (await mergedNumbers(this.view, [survivor])).membersWith(survivor);
    for (const members of [left, apart]) {
      for (const member of members) await this.view.execute('delete from concern where resident = ?', [member]);
      await this.#openTo(members);
    }
  }

  /** Gives the rows of all documents that name this resident to another. */
  async #moveRows(named: 'resident' | 'told_of', resident: number, to: number): Promise<void> {
    for (const table of tablesWithResident) {
      const column = table === 'touch' ? 'document' : 'number';
      await this.view.execute(
        `update ${table} set resident = ? where ${column} in (select number from document where ${named} = ?)`,
        [to, resident],
      );
    }
    await this.view.execute(`update document set resident = ? where ${named} = ?`, [to, resident]);
  }

  /** A record's own number and those of all that were joined to it, and to them. */
  async #joinedTo(number: number): Promise<readonly number[]> {
    const members = [number];
    for (const member of members) {
      const rows = await this.view.query<Pick<MergedRow, 'number'>>('select number from merged where into_number = ?', [
        member,
      ]);
      members.push(...rows.map((row) => Number(row.number)));
    }
    return members;
  }

  /** Whoever is concerned with one of a person's records is concerned with all. */
  async #openTo(members: readonly number[]): Promise<void> {
    const facilities = new Set<string>();
    for (const member of members) for (const code of await this.#concernedWith(member)) facilities.add(code);
    for (const member of members) {
      for (const code of facilities)
        await this.view.execute(
          'insert into concern (facility, resident) values (?, ?) on conflict (facility, resident) do nothing',
          [code, member],
        );
    }
  }

  /** Facilities that told of the record, registered it, or that a referral was addressed to. */
  async #concernedWith(toldOf: number): Promise<readonly string[]> {
    const touched = await this.view.query<{ readonly facility: string }>(
      `select distinct t.facility as facility from touch t join document d on d.number = t.document
       where d.told_of = ? and t.facility is not null and t.type not in ('ResidentsMerged', 'ResidentsUnmerged', 'ResidentJoined', 'ResidentSeparated')`,
      [toldOf],
    );
    const documents = await this.view.query<{ readonly body: string }>(
      `select body from document where told_of = ? and kind in ('resident', 'referral', 'visit', 'screening') and body is not null`,
      [toldOf],
    );
    return [
      ...touched.map(({ facility }) => facility),
      ...documents.flatMap(({ body }) => namedFacilities(JSON.parse(body) as RecordDocument)),
    ];
  }

  async #number(id: string): Promise<number | undefined> {
    const [row] = await this.view.query<Pick<MergedRow, 'number'>>('select number from document where id = ?', [id]);
    return row && Number(row.number);
  }
}

import { BulkInsert, KeyedStatement, replaceOnConflict } from '#projections/bulk-statements.js';
import type { ViewTransaction } from '#projections/projection.js';
import type { Resident } from './resident.js';
import type { ResidentFile } from './resident-changes.js';

interface MergedRow {
  readonly joined: string;
  readonly into_resident: string;
  /** Position of the merge: the order of a person's records. */
  readonly told: number;
}

const columns = ['joined', 'into_resident', 'told'];
const replaceMerged = new BulkInsert({ name: 'merged_resident', columns }, replaceOnConflict('joined', columns));
const joinedOf = new KeyedStatement('select * from merged_resident where joined in');
const joinedInto = new KeyedStatement('select * from merged_resident where into_resident in');

/** Which residents are one person, around those a batch is about. */
export class MergedPersons {
  readonly #rows: Map<string, MergedRow>;

  private constructor(rows: readonly MergedRow[]) {
    this.#rows = new Map(rows.map((row) => [row.joined, row]));
  }

  /** The merges of everybody who is one person with one of the residents. */
  static async read(view: ViewTransaction, residents: ReadonlySet<string>): Promise<MergedPersons> {
    const [any] = await view.query('select 1 from merged_resident limit 1');
    if (!any) return new MergedPersons([]);
    const rows = new Map<string, MergedRow>();
    const known = new Set<string>();
    for (let asked = new Set(residents); asked.size > 0;) {
      for (const resident of asked) known.add(resident);
      const found = [
        ...(await joinedOf.query<MergedRow>(view, asked)),
        ...(await joinedInto.query<MergedRow>(view, asked)),
      ];
      asked = new Set();
      for (const row of found) {
        rows.set(row.joined, row);
        for (const resident of [row.joined, row.into_resident]) if (!known.has(resident)) asked.add(resident);
      }
    }
    return new MergedPersons([...rows.values()]);
  }

  copy(): MergedPersons {
    return new MergedPersons([...this.#rows.values()]);
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  get residents(): readonly string[] {
    return [...this.#rows.values()].flatMap((row) => [row.joined, row.into_resident]);
  }

  merge(resident: string, joined: string, told: number): void {
    this.#rows.set(joined, { joined, into_resident: resident, told });
  }

  unmerge(resident: string, separated: string): void {
    if (this.#rows.get(separated)?.into_resident === resident) this.#rows.delete(separated);
  }

  survivorOf(resident: string): string {
    let survivor = resident;
    for (let row; (row = this.#rows.get(survivor));) survivor = row.into_resident;
    return survivor;
  }

  /** The survivor's record first, then the others in the order in which they were merged. */
  membersOf(survivor: string): readonly string[] {
    const others = [...this.#rows.values()].filter(({ joined }) => this.survivorOf(joined) === survivor);
    return [survivor, ...others.toSorted((a, b) => a.told - b.told).map(({ joined }) => joined)];
  }

  /** Writes what differs from how it was. */
  async write(view: ViewTransaction, before: MergedPersons): Promise<void> {
    for (const joined of before.#rows.keys())
      if (!this.#rows.has(joined)) await view.execute('delete from merged_resident where joined = ?', [joined]);
    const changed = [...this.#rows.values()].filter((row) => before.#rows.get(row.joined) !== row);
    await replaceMerged.run(
      view,
      changed.map((row) => [row.joined, row.into_resident, row.told]),
    );
  }
}

/**
 * One person's file from the records that are merged: the survivor's word for birth year and residences, another's where it says
 * nothing; everything that happened, of all.
 */
export function filedTogether(files: readonly ResidentFile[]): ResidentFile | undefined {
  const [first, ...others] = files;
  if (!first || others.length === 0) return first;
  const residents = files.map(({ resident }) => resident);
  return {
    resident: togetherAs(first.resident, residents),
    encounters: new Map(files.flatMap(({ encounters }) => [...encounters])),
  };
}

function togetherAs(survivor: Resident, residents: readonly Resident[]): Resident {
  const birthYear = residents.find((one) => one.birthYear !== undefined)?.birthYear;
  const [registration, ...alsoRegistered] = residents.flatMap(({ registeredOn: on, registeredBy: by }) =>
    on !== undefined && by !== undefined ? [{ on, by }] : [],
  );
  return {
    resident: survivor.resident,
    ...(birthYear !== undefined && { birthYear }),
    ...(registration && { registeredOn: registration.on, registeredBy: registration.by, alsoRegistered }),
    standing: residents.find(({ standing }) => standing.length > 0)?.standing ?? [],
    residences: residents.find(({ residences }) => residences.length > 0)?.residences ?? [],
    histories: residents
      .flatMap(({ histories }) => histories)
      .toSorted((a, b) => (a.on < b.on ? -1 : Number(a.on > b.on))),
  };
}

import type { StandingPlace } from '#domain/indicators/figure-places.js';
import type { HealthFact } from '#messaging/health-facts/health-fact.js';
import { BulkInsert, KeyedStatement, replaceOnConflict } from '#projections/bulk-statements.js';
import type { ViewTransaction } from '#projections/projection.js';
import type { LocalDate } from '#domain/dates.js';
import { type Encounter, encounterColumns } from './encounter.js';
import { type Referral, referralColumns } from './referral.js';
import { MergedPersons } from './merged-persons.js';
import type { Resident } from './resident.js';
import type { ResidentFile } from './resident-changes.js';

const encountersNamed = new KeyedStatement('select * from encounter where encounter in');
const encountersOfResidents = new KeyedStatement('select * from encounter where resident in');
const residentsNamed = new KeyedStatement('select * from resident where resident in');
const referralsNamed = new KeyedStatement('select * from referral where referral in');
const facilitiesNamed = new KeyedStatement('select * from facility where facility in');

const residentColumns = [
  'resident',
  'birth_year',
  'registered_on',
  'registered_by',
  'standing',
  'residences',
  'histories',
];

/** Tables are named like their key. */
const replacing = (name: string, columns: readonly string[]): BulkInsert =>
  new BulkInsert({ name, columns }, replaceOnConflict(name, columns));

const replaceResidents = replacing('resident', residentColumns);
const replaceEncounters = replacing('encounter', encounterColumns);
const replaceReferrals = replacing('referral', referralColumns);
const replaceFacilities = replacing('facility', ['facility', 'standing']);

/** All rows that a batch of facts can change, read with a handful of statements and written back the same way. */
export class ViewRows {
  readonly residents: ReadonlyMap<string, ResidentFile>;
  readonly encounters: ReadonlyMap<string, Encounter>;
  readonly referrals: ReadonlyMap<string, Referral>;
  readonly facilities: ReadonlyMap<string, readonly StandingPlace[]>;
  readonly merged: MergedPersons;

  private constructor(rows: Pick<ViewRows, 'residents' | 'encounters' | 'referrals' | 'facilities' | 'merged'>) {
    this.residents = rows.residents;
    this.encounters = rows.encounters;
    this.referrals = rows.referrals;
    this.facilities = rows.facilities;
    this.merged = rows.merged;
  }

  static async read(view: ViewTransaction, facts: readonly HealthFact[]): Promise<ViewRows> {
    const wanted = keysOf(facts);
    const told = await encountersNamed.query<Encounter>(view, wanted.encounters);
    // An encounter may have been told of another resident before.
    for (const encounter of told) wanted.residents.add(encounter.resident);
    // Figures count persons: every record of each is looked at.
    const merged = await MergedPersons.read(view, wanted.residents);
    for (const resident of merged.residents) wanted.residents.add(resident);
    const rows = await residentsNamed.query<ResidentRow>(view, wanted.residents);
    const ofResidents = await encountersOfResidents.query<Encounter>(view, wanted.residents);
    const encountersOf = Map.groupBy(ofResidents, ({ resident }) => resident);
    const files = rows.map((row): [string, ResidentFile] => [
      row.resident,
      {
        resident: residentOf(row),
        encounters: new Map(
          (encountersOf.get(row.resident) ?? []).map((encounter) => [encounter.encounter, encounter]),
        ),
      },
    ]);
    const referrals = await referralsNamed.query<Referral>(view, wanted.referrals);
    const facilities = await facilitiesNamed.query<FacilityRow>(view, wanted.facilities);
    return new ViewRows({
      merged,
      residents: new Map(files),
      encounters: new Map(told.map((encounter) => [encounter.encounter, encounter])),
      referrals: new Map(referrals.map((referral) => [referral.referral, referral])),
      facilities: new Map(
        facilities.map(({ facility, standing }) => [facility, JSON.parse(standing) as StandingPlace[]]),
      ),
    });
  }
}

function keysOf(facts: readonly HealthFact[]) {
  const residents = new Set<string>();
  const encounters = new Set<string>();
  const referrals = new Set<string>();
  const facilities = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'facility' && fact.kind !== 'referral') residents.add(fact.resident);
    if (fact.kind === 'residents-merged') residents.add(fact.joined);
    if (fact.kind === 'residents-unmerged') residents.add(fact.separated);
    if (fact.kind === 'encounter' || fact.kind === 'encounter-retracted') encounters.add(fact.encounter);
    if (fact.kind === 'encounter' || fact.kind === 'resident-registered') facilities.add(fact.facility);
    if (fact.kind === 'referral') {
      referrals.add(fact.referral);
      if (fact.backPaper) referrals.add(fact.backPaper);
      if (fact.issue) facilities.add(fact.issue.from);
    }
  }
  return { residents, encounters, referrals, facilities };
}

interface ResidentRow {
  readonly resident: string;
  readonly birth_year: number | null;
  readonly registered_on: LocalDate | null;
  readonly registered_by: string | null;
  readonly standing: string;
  readonly residences: string;
  readonly histories: string;
}

interface FacilityRow {
  readonly facility: string;
  readonly standing: string;
}

function residentOf(row: ResidentRow): Resident {
  return {
    resident: row.resident,
    ...(row.birth_year !== null && { birthYear: row.birth_year }),
    ...(row.registered_on !== null && { registeredOn: row.registered_on }),
    ...(row.registered_by !== null && { registeredBy: row.registered_by }),
    standing: JSON.parse(row.standing) as Resident['standing'],
    residences: JSON.parse(row.residences) as Resident['residences'],
    histories: JSON.parse(row.histories) as Resident['histories'],
  };
}

export async function writeResidents(view: ViewTransaction, residents: readonly Resident[]): Promise<void> {
  const rows = residents.map((resident) => [
    resident.resident,
    resident.birthYear ?? null,
    resident.registeredOn ?? null,
    resident.registeredBy ?? null,
    JSON.stringify(resident.standing),
    JSON.stringify(resident.residences),
    JSON.stringify(resident.histories),
  ]);
  await replaceResidents.run(view, rows);
}

export async function writeEncounters(view: ViewTransaction, encounters: readonly Encounter[]): Promise<void> {
  const rows = encounters.map((encounter) => encounterColumns.map((column) => encounter[column]));
  await replaceEncounters.run(view, rows);
}

export async function writeReferrals(view: ViewTransaction, referrals: readonly Referral[]): Promise<void> {
  const rows = referrals.map((referral) => referralColumns.map((column) => referral[column]));
  await replaceReferrals.run(view, rows);
}

export async function writeFacilities(
  view: ViewTransaction,
  facilities: ReadonlyMap<string, readonly StandingPlace[]>,
): Promise<void> {
  const rows = [...facilities].map(([facility, standing]) => [facility, JSON.stringify(standing)]);
  await replaceFacilities.run(view, rows);
}

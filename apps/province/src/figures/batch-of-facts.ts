import { dayPart } from '#domain/dates.js';
import type { FigurePlaces, StandingPlace } from '#domain/indicators/figure-places.js';
import type { EncounterFact, HealthFact, ReferralFact } from '#messaging/health-facts/health-fact.js';
import type { ViewTransaction } from '#projections/projection.js';
import { countedAt } from './counted-at.js';
import { type Encounter, encounterOf } from './encounter.js';
import { FigureChanges } from './figure-changes.js';
import { countReferral, type Referral, stepTaken, unknownReferral } from './referral.js';
import { corrected, moved, registered, type Resident, toldHistory, unknownResident } from './resident.js';
import { countResident, type ResidentFile } from './resident-changes.js';
import { filedTogether, type MergedPersons } from './merged-persons.js';
import { ViewRows, writeEncounters, writeFacilities, writeReferrals, writeResidents } from './view-rows.js';

/** Counts for nothing. */
const nobody: ResidentFile = { resident: unknownResident('', []), encounters: new Map() };

/** The rows as they were, and what a batch of facts makes of them. */
export class BatchOfFacts {
  readonly #before: ViewRows;
  readonly #places: FigurePlaces;
  readonly #residents = new Map<string, Resident>();
  readonly #encounters = new Map<string, Encounter>();
  readonly #referrals = new Map<string, Referral>();
  readonly #facilities = new Map<string, readonly StandingPlace[]>();

  readonly #merged: MergedPersons;

  private constructor(before: ViewRows, places: FigurePlaces) {
    this.#before = before;
    this.#merged = before.merged.copy();
    this.#places = places;
  }

  static async open(view: ViewTransaction, facts: readonly HealthFact[], places: FigurePlaces): Promise<BatchOfFacts> {
    return new BatchOfFacts(await ViewRows.read(view, facts), places);
  }

  take(fact: HealthFact, position: number): void {
    switch (fact.kind) {
      case 'facility':
        this.#facilities.set(fact.facility, fact.places);
        return;
      case 'resident-registered':
        this.#change(fact.resident, fact.facility, (resident) => registered(resident, fact));
        return;
      case 'resident-corrected':
        this.#change(fact.resident, undefined, (resident) => corrected(resident, fact));
        return;
      case 'resident-moved':
        this.#change(fact.resident, undefined, (resident) => moved(resident, fact));
        return;
      case 'history':
        this.#change(fact.resident, undefined, (resident) => toldHistory(resident, fact));
        return;
      case 'encounter':
        this.#told(fact, position);
        return;
      case 'encounter-retracted': {
        const encounter = this.#encounter(fact.encounter);
        if (encounter && encounter.revision < fact.revision) {
          this.#encounters.set(fact.encounter, { ...encounter, revision: fact.revision, retracted: 1 });
        }
        return;
      }
      case 'residents-merged':
        this.#merged.merge(fact.resident, fact.joined, position);
        return;
      case 'residents-unmerged':
        this.#merged.unmerge(fact.resident, fact.separated);
        return;
      case 'referral':
        this.#stepped(fact);
        return;
      default:
        fact satisfies never;
    }
  }

  async write(view: ViewTransaction): Promise<void> {
    const changes = new FigureChanges();
    this.#countPersons(changes);
    for (const [key, referral] of this.#referrals) {
      const before = this.#before.referrals.get(key);
      if (before) countReferral(changes, before, -1);
      countReferral(changes, referral, 1);
    }
    await writeFacilities(view, this.#facilities);
    await writeResidents(view, [...this.#residents.values()]);
    await writeEncounters(view, [...this.#encounters.values()]);
    await writeReferrals(view, [...this.#referrals.values()]);
    await this.#merged.write(view, this.#before.merged);
    await changes.write(view);
  }

  #told(fact: EncounterFact, position: number): void {
    const earlier = this.#encounter(fact.encounter);
    if (earlier && earlier.revision >= fact.revision) return;
    this.#change(fact.resident, fact.facility, (resident) => resident);
    const day = dayPart(fact.at);
    const place = this.#places.of(fact.residence, day, day, this.#standing(fact.facility));
    this.#encounters.set(fact.encounter, encounterOf(fact, earlier?.told ?? position, countedAt(place, fact.facility)));
  }

  #stepped(fact: ReferralFact): void {
    const referral = this.#referral(fact.referral);
    const { issue } = fact;
    const day = dayPart(fact.at);
    const issuedAt =
      issue && countedAt(this.#places.of(issue.residence, day, day, this.#standing(issue.from)), issue.from);
    this.#referrals.set(fact.referral, stepTaken(referral, fact, issuedAt));
    // A paper that only repeats the referral's own number is no other paper.
    if (fact.backPaper && fact.backPaper !== fact.referral) {
      this.#referrals.set(fact.backPaper, { ...this.#referral(fact.backPaper), named_as_back: 1 });
    }
  }

  /** A resident that is new to the view stands where the facility does that tells of the resident. */
  #change(key: string, toldBy: string | undefined, change: (resident: Resident) => Resident): void {
    const stored = this.#residents.get(key) ?? this.#before.residents.get(key)?.resident;
    const known = stored ?? unknownResident(key, []);
    const standing = toldBy && known.standing.length === 0 ? this.#standing(toldBy) : known.standing;
    const changed = change(standing === known.standing ? known : { ...known, standing });
    if (changed !== stored) this.#residents.set(key, changed);
  }

  #encounter(key: string): Encounter | undefined {
    return this.#encounters.get(key) ?? this.#before.encounters.get(key);
  }

  #referral(key: string): Referral {
    return this.#referrals.get(key) ?? this.#before.referrals.get(key) ?? unknownReferral(key);
  }

  #standing(facility: string): readonly StandingPlace[] {
    return this.#facilities.get(facility) ?? this.#before.facilities.get(facility) ?? [];
  }

  #countPersons(changes: FigureChanges): void {
    const files = new Map<string, { readonly before: ResidentFile | undefined; readonly after: ResidentFile }>();
    for (const [before, after] of this.#changedFiles()) files.set(after.resident.resident, { before, after });
    if (this.#merged.isEmpty && this.#before.merged.isEmpty) {
      for (const { before, after } of files.values()) countResident(changes, before, after, this.#places);
      return;
    }
    const was = (key: string): ResidentFile | undefined => this.#before.residents.get(key);
    const is = (key: string): ResidentFile | undefined => files.get(key)?.after ?? was(key);
    const person = (members: readonly string[], file: typeof was): ResidentFile | undefined =>
      filedTogether(members.map(file).filter((one) => one !== undefined));
    const [before, after] = [this.#before.merged, this.#merged];
    const concerned = [...new Set([...files.keys(), ...before.residents, ...after.residents])];
    const persons = (of: MergedPersons): ReadonlyMap<string, readonly string[]> =>
      new Map(
        [...new Set(concerned.map((key) => of.survivorOf(key)))].map((survivor) => [survivor, of.membersOf(survivor)]),
      );
    const [old, now] = [persons(before), persons(after)];
    for (const [survivor, members] of old) {
      const current = now.get(survivor);
      const same = current?.join() === members.join();
      const [left, right] = [person(members, was), same ? person(members, is) : undefined];
      if (same && !right) continue;
      if (left || right) countResident(changes, left, right ?? nobody, this.#places);
    }
    for (const [survivor, members] of now) {
      const right = person(members, is);
      if (old.get(survivor)?.join() !== members.join() && right) countResident(changes, undefined, right, this.#places);
    }
  }

  /** Every resident whose figures may differ, as before and as now. */
  *#changedFiles(): Iterable<[ResidentFile | undefined, ResidentFile]> {
    const changedOf = Map.groupBy(this.#encounters.values(), ({ resident }) => resident);
    const concerned = new Set([...this.#residents.keys(), ...changedOf.keys()]);
    for (const key of this.#encounters.keys()) {
      const before = this.#before.encounters.get(key);
      if (before) concerned.add(before.resident);
    }
    for (const key of concerned) {
      const before = this.#before.residents.get(key);
      const encounters = new Map(before?.encounters);
      for (const encounter of encounters.keys()) {
        const now = this.#encounters.get(encounter);
        if (now && now.resident !== key) encounters.delete(encounter);
      }
      for (const encounter of changedOf.get(key) ?? []) encounters.set(encounter.encounter, encounter);
      const resident = this.#residents.get(key) ?? before?.resident;
      if (resident) yield [before, { resident, encounters }];
    }
  }
}

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
import { ViewRows, writeEncounters, writeFacilities, writeReferrals, writeResidents } from './view-rows.js';

/** The rows as they were, and what a batch of facts makes of them. */
export class BatchOfFacts {
  readonly #before: ViewRows;
  readonly #places: FigurePlaces;
  readonly #residents = new Map<string, Resident>();
  readonly #encounters = new Map<string, Encounter>();
  readonly #referrals = new Map<string, Referral>();
  readonly #facilities = new Map<string, readonly StandingPlace[]>();

  private constructor(before: ViewRows, places: FigurePlaces) {
    this.#before = before;
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
      case 'referral':
        this.#stepped(fact);
        return;
      default:
        fact satisfies never;
    }
  }

  async write(view: ViewTransaction): Promise<void> {
    const changes = new FigureChanges();
    for (const [before, after] of this.#changedFiles()) countResident(changes, before, after, this.#places);
    for (const [key, referral] of this.#referrals) {
      const before = this.#before.referrals.get(key);
      if (before) countReferral(changes, before, -1);
      countReferral(changes, referral, 1);
    }
    await writeFacilities(view, this.#facilities);
    await writeResidents(view, [...this.#residents.values()]);
    await writeEncounters(view, [...this.#encounters.values()]);
    await writeReferrals(view, [...this.#referrals.values()]);
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

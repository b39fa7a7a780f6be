import type { PlaceRegister } from '#domain/places/place-register.js';
import { blockingKeys, blockKinds } from '#domain/residents/matching/blocking-keys.js';
import type { ComparableNumber, ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { LocalDate } from '#domain/dates.js';
import type { ResidentDetails } from '#domain/residents/resident-content.js';
import { BulkInsert, KeyedStatement, replaceOnConflict } from '#projections/bulk-statements.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import { comparedDetails } from './comparable-resident.js';
import type { IndexedEvent } from './resident-index.projection.js';
import { ReviewRows } from './review-rows.js';

const columns = ['id', 'person', ...blockKinds];
const replaceResidents = new BulkInsert({ name: 'resident', columns }, replaceOnConflict('id', columns));
const addVisits = new BulkInsert(
  { name: 'resident_facility', columns: ['resident', 'facility', 'visits'] },
  'on conflict (resident, facility) do update set visits = resident_facility.visits + excluded.visits',
);
const peopleOf = new KeyedStatement('select id, person from resident where id in');

/** Applies one batch of events: reads the residents it touches at once, writes each once. */
export class IndexBatch {
  readonly #people = new Map<string, ComparablePerson>();
  readonly #changed = new Set<string>();
  readonly #visits = new Map<string, { readonly resident: string; readonly facility: string; visits: number }>();

  constructor(
    private readonly view: ViewTransaction,
    private readonly places: PlaceRegister,
  ) {}

  async apply(events: readonly IndexedEvent[]): Promise<void> {
    await this.#load(events);
    const reviews = new ReviewRows(this.view);
    for (const event of events) {
      if (!this.#take(event)) await reviews.take(event);
    }
    await this.#write();
  }

  async #load(events: readonly IndexedEvent[]): Promise<void> {
    const ids = new Set<string>();
    for (const { type, data } of events) {
      if (
        type === 'ResidentDetailsCorrected' ||
        type === 'ResidentMoved' ||
        type === 'IdentifierRecorded' ||
        type === 'InsuranceCardRecorded'
      )
        ids.add(data.resident);
    }
    for (const { id, person } of await peopleOf.query<{ readonly id: string; readonly person: string }>(this.view, ids))
      this.#people.set(id, JSON.parse(person) as ComparablePerson);
  }

  /** False for what is not about one resident. */
  #take(event: IndexedEvent): boolean {
    const { type, data } = event;
    const seenOn = event.metadata.occurredAt.slice(0, 10) as LocalDate;
    switch (type) {
      case 'ResidentRegistered': {
        const { resident, details, identifiers, cards, mother, observedOn } = data;
        this.#put(resident, {
          details: comparedDetails(details),
          identifiers: identifiers.map((one) => ({ ...one, seenOn: observedOn })),
          ...(cards.length > 0 && { cards: cards.map(({ number }) => ({ number })) }),
          ...(mother && { mother }),
        });
        this.#seen(resident, data.registeredBy, 0);
        return true;
      }
      case 'ResidentDetailsCorrected':
        this.#details(data.resident, data.details);
        return true;
      case 'ResidentMoved':
        this.#change(data.resident, (person) => ({
          ...person,
          details: comparedDetails({ ...person.details, residence: data.to }),
        }));
        return true;
      case 'IdentifierRecorded':
        this.#change(data.resident, (person) => ({
          ...person,
          identifiers: withNumber(person.identifiers, { ...data.identifier, seenOn }),
        }));
        return true;
      case 'InsuranceCardRecorded':
        this.#change(data.resident, (person) => ({
          ...person,
          cards: [
            ...(person.cards ?? []).filter(({ number }) => number !== data.card.number),
            { number: data.card.number },
          ],
        }));
        return true;
      case 'VisitRecorded':
        this.#seen(data.resident, data.visit.facility, 1);
        return true;
      case 'VisitAmended':
        if (data.formerResident) {
          this.#seen(data.formerResident, data.visit.facility, -1);
          this.#seen(data.resident, data.visit.facility, 1);
        }
        return true;
      case 'VisitRetracted':
        this.#seen(data.resident, data.facility, -1);
        return true;
      default:
        return false;
    }
  }

  #details(resident: string, details: ResidentDetails): void {
    this.#change(resident, (person) => ({ ...person, details: comparedDetails(details) }));
  }

  #change(resident: string, change: (person: ComparablePerson) => ComparablePerson): void {
    const person = this.#people.get(resident);
    if (person) this.#put(resident, change(person));
  }

  #put(resident: string, person: ComparablePerson): void {
    this.#people.set(resident, person);
    this.#changed.add(resident);
  }

  #seen(resident: string, facility: string, visits: number): void {
    const key = `${resident} ${facility}`;
    const seen = this.#visits.get(key);
    if (seen) seen.visits += visits;
    else this.#visits.set(key, { resident, facility, visits });
  }

  async #write(): Promise<void> {
    const rows = [...this.#changed].flatMap((id): readonly SqlValue[][] => {
      const person = this.#people.get(id);
      if (!person) return [];
      const keys = blockingKeys(person, this.places);
      return [[id, JSON.stringify(person), ...blockKinds.map((kind) => keys[kind] ?? null)]];
    });
    await replaceResidents.run(this.view, rows);
    await addVisits.run(
      this.view,
      [...this.#visits.values()].map(({ resident, facility, visits }) => [resident, facility, visits]),
    );
  }
}

function withNumber(known: readonly ComparableNumber[], told: ComparableNumber): readonly ComparableNumber[] {
  const same = (one: ComparableNumber): boolean =>
    one.system === told.system && one.value === told.value && one.facility === told.facility;
  return [...known.filter((one) => !same(one)), told];
}

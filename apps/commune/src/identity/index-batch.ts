import type { PlaceRegister } from '#domain/places/place-register.js';
import { blockingKeys, blockKinds } from '#domain/residents/matching/blocking-keys.js';
import type { ComparableNumber, ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { LocalDate } from '#domain/dates.js';
import type { ResidentDetails } from '#domain/residents/resident-content.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import { comparedDetails } from './comparable-resident.js';
import type { IndexedEvent } from './resident-index.projection.js';
import { ReviewRows } from './review-rows.js';

const columns = ['id', 'person', ...blockKinds];
const onConflict = `on conflict (id) do update set ${columns
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`;

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
    for (const group of chunks([...ids])) {
      const rows = await this.view.query<{ readonly id: string; readonly person: string }>(
        `select id, person from resident where id in (${group.map(() => '?').join(', ')})`,
        group,
      );
      for (const { id, person } of rows) this.#people.set(id, JSON.parse(person) as ComparablePerson);
    }
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
    await insert(this.view, 'resident', columns, onConflict, rows);
    await insert(
      this.view,
      'resident_facility',
      ['resident', 'facility', 'visits'],
      'on conflict (resident, facility) do update set visits = resident_facility.visits + excluded.visits',
      [...this.#visits.values()].map(({ resident, facility, visits }) => [resident, facility, visits]),
    );
  }
}

function withNumber(known: readonly ComparableNumber[], told: ComparableNumber): readonly ComparableNumber[] {
  const same = (one: ComparableNumber): boolean =>
    one.system === told.system && one.value === told.value && one.facility === told.facility;
  return [...known.filter((one) => !same(one)), told];
}

/** Few sizes, so that few statements are prepared. */
async function insert(
  view: ViewTransaction,
  table: string,
  names: readonly string[],
  conflict: string,
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const places = `(${names.map(() => '?').join(', ')})`;
  let written = 0;
  for (const size of [32, 1]) {
    const sql = `insert into ${table} (${names.join(', ')}) values ${Array(size).fill(places).join(', ')} ${conflict}`;
    for (; rows.length - written >= size; written += size)
      await view.execute(sql, rows.slice(written, written + size).flat());
  }
}

function chunks(keys: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (let start = 0; start < keys.length;) {
    const size = keys.length - start >= 64 ? 64 : keys.length - start >= 8 ? 8 : 1;
    groups.push(keys.slice(start, start + size));
    start += size;
  }
  return groups;
}

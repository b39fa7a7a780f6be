import { setImmediate } from 'node:timers/promises';
import { dayOf } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { decideScreening, evolveScreening, initialScreening } from '#domain/screenings/screening.js';
import type { ScreeningEvent } from '#domain/screenings/screening-events.js';
import { screeningStream } from '#domain/streams.js';
import { foldStream } from '#event-store/decide-and-append.js';
import { streamName, type EventStore } from '#event-store/event-store.js';
import type { OutreachRow } from '#station-formats/outreach/outreach-row.js';
import { openOutreachSheet } from '#station-formats/outreach/read-outreach-sheet.js';
import type { Fault } from '#station-formats/station-message.js';
import type { ResidentIdentity } from '../identity/resident-identity.js';
import type { RecordOutcome } from '../intake/receipt.js';
import { outreachScreeningId } from './screening-id.js';

/** What the real run would make of a sheet. */
export interface DryRunResult {
  readonly headings: readonly string[];
  readonly rows: number;
  readonly outcomes: Readonly<Record<RecordOutcome, number>>;
  /** Persons of the rows that would be taken. */
  readonly residents: { readonly new: number; readonly known: number };
  /** Rows that repeat another of the same sheet. */
  readonly duplicates: number;
  readonly errors: number;
  readonly warnings: number;
  /** Of the sheet as a whole. */
  readonly faults: readonly Fault[];
  /** Rows with faults, in the order of the sheet. */
  readonly faulty: readonly FaultyRow[];
}

export interface FaultyRow {
  readonly row: number;
  readonly outcome: RecordOutcome;
  /** As written, by heading order; left out of a very long list. */
  readonly cells?: readonly string[];
  readonly faults: readonly Fault[];
}

const rowsInOneGo = 50;
/** Faulty rows that are shown with their cells. */
const mostWithCells = 1000;
const duplicateCodes: ReadonlySet<string> = new Set(['same-row-twice', 'same-person-twice']);

/** Reads a sheet as the real run does and looks, without writing anything, what would become of each row. */
export class OutreachDryRun {
  constructor(
    private readonly store: EventStore,
    private readonly identity: ResidentIdentity,
    private readonly places: PlaceRegister,
  ) {}

  /** @throws UnreadableMessage when nothing can be taken */
  async of(body: Uint8Array, facility: FacilityCode): Promise<DryRunResult> {
    const { places } = this;
    const sheet = openOutreachSheet(body, { facility, receivedOn: dayOf(Date.now()), places });
    const outcomes: Record<RecordOutcome, number> = { recorded: 0, amended: 0, unchanged: 0, retracted: 0, refused: 0 };
    const persons = new PersonsOfSheet(this.identity);
    const faulty: FaultyRow[] = [];
    let rows = 0;
    for (const row of sheet.rows) {
      rows += 1;
      // A long sheet must not hold up everybody else's requests.
      if (rows % rowsInOneGo === 0) await setImmediate();
      const outcome = await this.#outcomeOf(row, persons);
      outcomes[outcome] += 1;
      const { faults, cells } = row;
      if (faults.length > 0)
        faulty.push({ row: row.row, outcome, ...(faulty.length < mostWithCells && { cells }), faults });
    }
    const all = [...sheet.faults, ...faulty.flatMap(({ faults }) => faults)];
    return {
      headings: sheet.headings,
      rows,
      outcomes,
      residents: persons.counts,
      duplicates: faulty.filter(({ faults }) => faults.some(({ code }) => duplicateCodes.has(code))).length,
      errors: all.filter(({ severity }) => severity === 'error').length,
      warnings: all.filter(({ severity }) => severity === 'warning').length,
      faults: sheet.faults,
      faulty,
    };
  }

  async #outcomeOf({ taken, faults }: OutreachRow, persons: PersonsOfSheet): Promise<RecordOutcome> {
    if (!taken) return 'refused';
    const { person, formNumber } = taken;
    const resident = await persons.find(person);
    if (faults.some(({ code }) => code === 'same-row-twice')) return 'unchanged';
    const whom = formNumber ?? resident;
    if (whom === undefined) return 'recorded';
    const screening = { ...taken.screening, screening: outreachScreeningId(taken.screening, whom) };
    const { category, key } = screeningStream(screening.screening);
    const { state } = await foldStream(
      this.store,
      streamName(category, key),
      initialScreening,
      (before: typeof initialScreening, event) => evolveScreening(before, event as ScreeningEvent),
    );
    if (state.status === 'unknown') return 'recorded';
    // Nobody known bears the form's number yet: the earlier row was another person's.
    if (resident === undefined) return 'amended';
    const { outcome } = decideScreening({ type: 'CompleteScreening', resident, screening }, state);
    return outcome === 'retracted' ? 'amended' : outcome;
  }
}

/** The persons of one sheet, each counted once. */
class PersonsOfSheet {
  readonly #known = new Set<ResidentId>();
  readonly #newKeys = new Set<string>();
  #new = 0;

  constructor(private readonly identity: ResidentIdentity) {}

  get counts(): DryRunResult['residents'] {
    return { new: this.#new, known: this.#known.size };
  }

  async find(person: NonNullable<OutreachRow['taken']>['person']): Promise<ResidentId | undefined> {
    const resident = await this.identity.known(person);
    if (resident) this.#known.add(resident);
    else {
      const keys = this.identity.keysOf(person).map(({ stream }) => stream);
      if (!keys.some((key) => this.#newKeys.has(key))) this.#new += 1;
      for (const key of keys) this.#newKeys.add(key);
    }
    return resident;
  }
}

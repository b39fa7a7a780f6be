/** The view of matching, filled with synthetic residents through its own projection. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentIndex } from '#apps/commune/src/identity/resident-index.projection.js';
import { ResidentIndex } from '#apps/commune/src/identity/resident-index.js';
import type { ResidentId } from '#domain/ids.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import { SeededRandom } from '#station-formats/synthetic/random.js';
import { syntheticPerson } from './synthetic-people.js';

export interface FilledIndex {
  readonly index: ResidentIndex;
  /** Every so many of those that are in the index. */
  readonly sample: readonly { readonly resident: ResidentId; readonly person: ComparablePerson }[];
  /** Microseconds of processor time for each resident. */
  readonly fillCost: number;
  close(): Promise<void>;
}

export const residentIdOf = (number: number): ResidentId =>
  `00000000-0000-8000-8000-${number.toString(16).padStart(12, '0')}` as ResidentId;

export async function fillIndex(residents: number, sampleOf: number, seed = 7): Promise<FilledIndex> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-matching-'));
  const places = loadPlaceRegister();
  const projection = residentIndex(places);
  const file = ViewFile.open(folder, projection, 'bench');
  const random = new SeededRandom(seed);
  const sample: { resident: ResidentId; person: ComparablePerson }[] = [];
  const every = Math.max(1, Math.floor(residents / sampleOf));
  const before = process.cpuUsage();
  const batch = 5_000;
  for (let first = 0; first < residents; first += batch) {
    const events: RecordedEvent[] = [];
    for (let number = first; number < Math.min(residents, first + batch); number += 1) {
      const person = syntheticPerson(random);
      const resident = residentIdOf(number);
      if (number % every === 0) sample.push({ resident, person });
      events.push(registration(resident, person, number + 1));
    }
    await file.transaction(first + events.length, (view) => projection.apply(events, view));
  }
  file.settle();
  const { user, system } = process.cpuUsage(before);
  const database = new SqliteReadDatabase(file.path);
  const index = new ResidentIndex({ database, onAdvanced: () => () => undefined }, places);
  return {
    index,
    sample,
    fillCost: (user + system) / residents,
    async close() {
      index.close();
      await database.close();
      file.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function registration(resident: ResidentId, person: ComparablePerson, position: number): RecordedEvent {
  return {
    id: resident,
    type: 'ResidentRegistered',
    data: {
      resident,
      details: person.details,
      identifiers: person.identifiers,
      cards: [],
      registeredBy: '08Z11',
      observedOn: '2026-01-05',
    },
    metadata: { occurredAt: '2026-01-05T00:00:00.000Z' },
    schemaVersion: 1,
    stream: `resident-${resident}` as RecordedEvent['stream'],
    revision: 0,
    position,
    recordedAt: '2026-01-05T00:00:00.000Z',
  };
}

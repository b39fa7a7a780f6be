import type { ResidentId } from '#domain/ids.js';
import type { BlockingKeys } from '#domain/residents/matching/blocking-keys.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { Position } from '#event-store/event-store.js';
import type { KnownCandidate } from './resident-index.js';

/** What replicas tell each other of the people they register, whom no number leads to. */
export interface Registrations {
  /** For one person; nothing is waited for before it begins. */
  turn(): RegistrationTurn;
}

/** Ends with the registration, or without one. */
export interface RegistrationTurn extends AsyncDisposable {
  /**
   * Waits until no other replica registers anybody alike, and keeps them waiting up to the end of the turn.
   * @returns who alike was registered of late, whom the view may not show yet
   */
  begin(keys: BlockingKeys): Promise<readonly KnownCandidate[]>;
  /** Told before the resident is registered. */
  registers(resident: ResidentId, person: ComparablePerson): Promise<void>;
  /** Told after. */
  registered(resident: ResidentId, position: Position): Promise<void>;
}

/** One process knows by itself whom it registers. */
export const ofOneProcess: Registrations = {
  turn: () => ({
    begin: async () => [],
    registers: async () => undefined,
    registered: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

import type { ResidentId } from '../ids.js';

/**
 * In `identifier-{system}.{keyed hash}`: this resident is known by that number (or, for people without numbers, by that name,
 * birth date, sex and commune). A number can have several claimants: it may have been mistyped or reissued.
 */
export interface IdentifierClaimed {
  readonly type: 'IdentifierClaimed';
  readonly data: { readonly resident: ResidentId };
}

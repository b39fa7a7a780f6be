import type { FacilityCode } from '#domain/ids.js';

/** A message as it came, byte for byte. */
export interface Original {
  readonly facility: FacilityCode;
  /** SHA-256 of the body, hex. */
  readonly digest: string;
  readonly contentType: string;
  readonly receivedAt: string;
  /** Who sent it, for the events made from it. */
  readonly actor: string;
  readonly body: Uint8Array;
}

/** Keeps every message that was received, whatever its answer, and knows which are not answered yet. */
export interface Originals {
  /** Resolves when the original is durable. Keeping the same one again changes nothing but marks it unanswered. */
  keep(original: Original): Promise<void>;
  /** The message has its receipt. Not durable by itself: a receipt already there is found again after a crash. */
  answered(facility: FacilityCode, digest: string): void;
  fetch(facility: FacilityCode, digest: string): Promise<Original | undefined>;
  /** Messages that were cut off before their receipt, oldest first. */
  unanswered(): Promise<readonly { readonly facility: FacilityCode; readonly digest: string }[]>;
  close(): Promise<void>;
}

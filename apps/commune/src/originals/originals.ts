import type { FacilityCode } from '#domain/ids.js';

/** What is known of a message beside its body. */
export interface OriginalDetails {
  readonly facility: FacilityCode;
  /** SHA-256 of the body, hex. */
  readonly digest: string;
  readonly contentType: string;
  readonly receivedAt: string;
  /** Who sent it, for the events made from it. */
  readonly actor: string;
  /** As its sender gave it. Known as long as the message is not answered: then it has been judged. */
  readonly idempotencyKey?: string;
}

/** A message as it came, byte for byte. */
export interface Original extends OriginalDetails {
  readonly body: Uint8Array;
}

/** A message too large to be held: its body is read in pieces, from the beginning each time. */
export interface LargeOriginal extends OriginalDetails {
  /** Bytes. */
  readonly size: number;
  /** The pieces belong to who asks for them. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** A body that is still coming. */
export interface Upload {
  /** Resolves when there is room for more. The piece is given away: its memory may not be used after. */
  write(piece: Uint8Array): Promise<void>;
  /** Resolves when the whole is durable: a message that waits for its answer. */
  finish(details: OriginalDetails): Promise<LargeOriginal>;
  /** The rest will not come. */
  discard(): Promise<void>;
}

/** Bodies up to here are held in memory; longer ones are kept in pieces. */
export const mostHeld = 1024 * 1024;
/** About the size of a piece: small, so that what is done with is soon forgotten. */
export const pieceSize = 256 * 1024;

/** Keeps every message that was received, whatever its answer, and knows which are not answered yet. */
export interface Originals {
  /** Resolves when the original is durable. Keeping the same one again changes nothing but marks it unanswered. */
  keep(original: Original): Promise<void>;
  /** For a body longer than {@link mostHeld}. What is neither finished nor discarded is cleared away later. */
  upload(): Promise<Upload>;
  /** The message has its receipt. Not durable by itself: a receipt already there is found again after a crash. */
  answered(facility: FacilityCode, digest: string): void;
  open(facility: FacilityCode, digest: string): Promise<Original | LargeOriginal | undefined>;
  /** {@link open} with the whole body, whatever its size. */
  fetch(facility: FacilityCode, digest: string): Promise<Original | undefined>;
  /**
   * Messages that were cut off before their receipt, oldest first, for the caller to finish. Where replicas share the originals,
   * those that nobody works on; each is told of to one of them.
   */
  unanswered(): Promise<readonly { readonly facility: FacilityCode; readonly digest: string }[]>;
  /** The message that waits for its answer, here or at another replica, and whose digest begins so. */
  waiting(facility: FacilityCode, digestBegin: string): Promise<Original | LargeOriginal | undefined>;
  close(): Promise<void>;
}

/** All of a large body. */
export async function wholeBody({ pieces }: Pick<LargeOriginal, 'pieces'>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces()) found.push(piece);
  return Buffer.concat(found);
}

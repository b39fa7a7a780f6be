/** What passes between the thread that calls and the thread that writes. */
import type { EncodedEvent, StoredEvent } from '../codec.js';
import type { ExpectedRevision, Position, Revision, StreamName } from '../event-store.js';

export interface AppendRequest {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

/** Several requests in a flat list: a list of text and numbers crosses threads several times faster than objects do. */
export type PackedRequests = (string | number)[];

export function packRequest(request: AppendRequest, into: PackedRequests): void {
  into.push(request.stream, request.expected, request.events.length);
  for (const event of request.events) into.push(event.id, event.type, event.schemaVersion, event.metadata, event.data);
}

export function unpackRequests(packed: PackedRequests, into: AppendRequest[]): void {
  let next = 0;
  const text = (): string => packed[next++] as string;
  const number = (): number => packed[next++] as number;
  while (next < packed.length) {
    const stream = text() as StreamName;
    const expected = packed[next++] as ExpectedRevision;
    const events: EncodedEvent[] = [];
    for (let left = number(); left > 0; left--) {
      // Taken in the order in which they were packed.
      events.push({ id: text(), type: text(), schemaVersion: number(), metadata: text(), data: text() });
    }
    into.push({ stream, expected, events });
  }
}

export type AppendOutcome =
  | {
      readonly kind: 'appended';
      readonly revision: Revision;
      readonly position: Position;
      /** Milliseconds since 1970. */
      readonly recordedAt: number;
    }
  | { readonly kind: 'repeated'; readonly revision: Revision; readonly position: Position }
  | { readonly kind: 'wrong-revision'; readonly actual: Revision | 'noStream' }
  /** Ids of the append are in the stream, and not all with the same text: the calling side, which has the codec, compares. */
  | { readonly kind: 'recorded-otherwise'; readonly recorded: readonly StoredEvent[] }
  | { readonly kind: 'not-written'; readonly reason: string };

export type ToWriter = PackedRequests | 'close';

export type FromWriter =
  | {
      readonly kind: 'opened';
      readonly head: Position;
      /** Of `KnownStreams`. */
      readonly known: SharedArrayBuffer;
    }
  | { readonly kind: 'not-opened'; readonly reason: string }
  /** Outcomes in the order of the requests; sent when they are durable. */
  | {
      readonly kind: 'committed';
      readonly outcomes: PackedOutcomes;
      readonly head: Position;
      readonly indexed: boolean;
    }
  /** The index tables have everything up to the head. */
  | { readonly kind: 'indexed' };

/** The common outcome, `appended`, as three numbers, revision, position and time; any other as itself. */
export type PackedOutcomes = readonly (number | AppendOutcome)[];

export function packOutcomes(outcomes: readonly AppendOutcome[]): PackedOutcomes {
  return outcomes.flatMap<number | AppendOutcome>((outcome) =>
    outcome.kind === 'appended' ? [outcome.revision, outcome.position, outcome.recordedAt] : outcome,
  );
}

export function unpackOutcomes(packed: PackedOutcomes): readonly AppendOutcome[] {
  const outcomes: AppendOutcome[] = [];
  for (let next = 0; next < packed.length; next++) {
    const outcome = packed[next];
    if (typeof outcome === 'object') outcomes.push(outcome);
    else {
      const [revision, position, recordedAt] = [outcome, packed[++next], packed[++next]] as [number, number, number];
      outcomes.push({ kind: 'appended', revision, position, recordedAt });
    }
  }
  return outcomes;
}

export interface WriterSettings {
  readonly file: string;
  readonly headChannel: string;
}

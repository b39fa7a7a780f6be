import type { ResidentId } from '#domain/ids.js';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import {
  decideKeptResource,
  evolveKeptResource,
  initialKeptResource,
  type KeptResourceState,
} from '#domain/kept-resources/kept-resource.js';
import type { ResourceKept } from '#domain/kept-resources/kept-resource-events.js';
import { keptResourceStream } from '#domain/streams.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import { streamName, type EventStore } from '#event-store/event-store.js';
import { eventsOf, type MessageContext } from '../intake/message-context.js';
import type { ReceiptRecord, RecordOutcome } from '../intake/receipt.js';

/** Keeps resources sent outside any visit, each in a stream of its own. */
export class KeptResourceIntake {
  constructor(private readonly store: EventStore) {}

  /** @param resident whom it is about, if anybody */
  async keep(kept: KeptResource, resident: ResidentId | undefined, context: MessageContext): Promise<ReceiptRecord> {
    const { facility } = context;
    const { category, key } = keptResourceStream(resident ?? facility, kept.key);
    const stream = streamName(category, key);
    const { outcome } = await decideAndAppend<KeptResourceState, RecordOutcome>(this.store, {
      stream,
      initialState: initialKeptResource,
      evolve: (state, event) => evolveKeptResource(state, event as ResourceKept),
      decide: ({ state, revision }) => {
        const events = decideKeptResource(
          { type: 'KeepResource', ...(resident && { resident }), facility, kept },
          state,
        );
        return {
          outcome: events.length === 0 ? 'unchanged' : state.status === 'unknown' ? 'recorded' : 'amended',
          events: eventsOf(context, stream, revision, events, {
            occurredAt: context.receivedAt,
            ...(resident && { subject: resident }),
          }),
        };
      },
    });
    return { kind: 'resource', episode: kept.key, outcome, resident: resident ?? null, faults: [] };
  }
}

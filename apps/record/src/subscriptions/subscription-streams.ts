import { randomUUID } from 'node:crypto';
import { subscriptionStream } from '#domain/streams.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import { type EventStore, type Position, type StreamName, streamName } from '#event-store/event-store.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { SubscriptionEvent } from './subscription-events.js';
import { evolveSubscription, type SubscriptionState } from './subscription-state.js';

const attempts = 20;

/** Reads and writes subscriptions: as the view has them, with what the log has since. */
export class SubscriptionStreams {
  constructor(
    private readonly view: ReadDatabase,
    private readonly events: Pick<EventStore, 'append' | 'readStream'>,
    private readonly actor: string = 'system:subscriptions',
  ) {}

  /** `undefined` when there never was one. */
  async load(id: string): Promise<SubscriptionState | undefined> {
    const [row] = await this.view.query<{ readonly body: string }>('select body from subscription where id = ?', [id]);
    return this.refresh(id, row && (JSON.parse(row.body) as SubscriptionState));
  }

  /** A state with the facts that came after it. */
  async refresh(id: string, known: SubscriptionState | undefined): Promise<SubscriptionState | undefined> {
    const after = await this.events.readStream(streamOf(id), { from: (known?.revision ?? -1) + 1 });
    return after.reduce(evolveSubscription, known);
  }

  /**
   * Appends what is decided on the newest state; a lost race is decided again.
   * @param known where it was read before, so that it need not be read
   * @param by who caused it; this service where nobody asked
   * @returns the state after it, and where in the log it is; no position where nothing was to be said
   */
  async append(
    id: string,
    decide: (state: SubscriptionState | undefined) => readonly SubscriptionEvent[],
    {
      known,
      by,
    }: {
      readonly known?: SubscriptionState;
      readonly by?: { readonly actor: string; readonly facility?: string };
    } = {},
  ): Promise<{ readonly state: SubscriptionState | undefined; readonly position?: Position }> {
    let state = known ?? (await this.load(id));
    for (let left = attempts; ; left -= 1) {
      const facts = decide(state);
      if (facts.length === 0) return { state };
      const metadata = {
        occurredAt: new Date().toISOString(),
        actor: by?.actor ?? this.actor,
        ...(by?.facility !== undefined && { facility: by.facility }),
      };
      try {
        const { position } = await this.events.append(
          streamOf(id),
          state?.revision ?? 'noStream',
          facts.map((fact) => ({ id: randomUUID(), ...fact, metadata })),
        );
        return { state: await this.refresh(id, state), position };
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || left <= 1) throw error;
        state = await this.refresh(id, state);
      }
    }
  }
}

function streamOf(id: string): StreamName {
  const { category, key } = subscriptionStream(id);
  return streamName(category, key);
}

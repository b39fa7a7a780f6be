import type { Position } from '#event-store/event-store.js';
import { isUnavailable } from '#projections/postgres/faults.js';
import type { ViewStore } from '#projections/postgres/view-store.js';
import type { ViewTransaction } from '#projections/projection.js';
import type { TopicView } from './topic-reader.js';
import { positionReached } from './topic-places.js';

/** Rows of a reader of a topic in PostgreSQL: its replicas take turns at the view's checkpoint, and hear of each other's commits. */
export class PostgresTopicView implements TopicView {
  constructor(
    private readonly store: ViewStore,
    private readonly partitions: number,
    /** Told after each commit where the view is, and whether the handler's rows may have changed. */
    private readonly onCommitted: (position: Position, changed: boolean) => void = () => {},
  ) {}

  async transaction<Result>(
    work: (view: ViewTransaction) => Promise<Result>,
    changes: (result: Result) => boolean = () => false,
  ): Promise<Result> {
    const outcome = await this.store.between(async (view) => {
      const result = await work(view);
      const position = await positionReached(view, this.partitions);
      const moved = { changes: changes(result), position };
      return { ...moved, result: { ...moved, result } };
    }, false);
    this.onCommitted(outcome.position, outcome.changes);
    return outcome.result;
  }

  isUnavailable(error: unknown): boolean {
    return isUnavailable(error);
  }
}

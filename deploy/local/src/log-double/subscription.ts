/** A subscription to `$all` as the server runs it: history, then live; what the filter skips shows in checkpoints. */
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord, TransactionLog } from './transaction-log.js';
import { caughtUpMessage, checkpointMessage, confirmationMessage, eventMessage } from './wire-forms.js';

export interface SubscriptionRequest {
  /** Exclusive; undefined: from the beginning. */
  readonly after: number | undefined;
  readonly matches: ((record: LogRecord) => boolean) | undefined;
  /** Records considered between two checkpoints of a filtered subscription. */
  readonly checkpointEvery: number;
  readonly resolveLinks: boolean;
}

/** Messages without end; waits for new records when `wait` says so, and ends when it gives false. */
export async function* subscriptionMessages(
  log: TransactionLog,
  request: SubscriptionRequest,
  wait: () => Promise<boolean>,
): AsyncGenerator<ReadResp> {
  const { matches, checkpointEvery, resolveLinks } = request;
  let after = request.after ?? -1;
  let considered = 0;
  let live = false;
  yield confirmationMessage();
  for (;;) {
    for (let next = log.indexOf(after + 1); next < log.records.length; next = log.indexOf(after + 1)) {
      const record = log.records[next];
      if (record === undefined) break;
      after = record.position;
      if (matches === undefined || matches(record)) yield eventMessage(record, resolveLinks);
      if (matches === undefined || ++considered < checkpointEvery) continue;
      considered = 0;
      yield checkpointMessage(after);
    }
    if (!live) yield caughtUpMessage();
    live = true;
    if (!(await wait())) return;
  }
}

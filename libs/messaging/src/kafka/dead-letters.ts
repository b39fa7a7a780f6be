import { CompressionTypes, type Producer } from 'kafkajs';
import type { ViewTransaction } from '#projections/projection.js';
import type { Topic } from '../topic.js';
import type { TopicHandler } from '../projection-of-topic.js';
import { readEnvelope } from './kafka-message.js';
import { deadLetterTopic } from './topic-layout.js';

/** A message that could not be applied, kept with its view until it can be. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: bigint;
  readonly sequence: number;
  readonly key: string;
  readonly value: string;
  /** Kind of the error, or the rule of the schema that was broken; never a value of the message. */
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly setAsideAt: string;
}

interface Row {
  readonly partition_number: number;
  readonly message_offset: string;
  readonly sequence: number | string;
  readonly message_key: string;
  readonly message_value: string;
  readonly reason: string;
  readonly set_aside_at: string;
}

const letterOf = (row: Row): DeadLetter => ({
  partition: row.partition_number,
  offset: BigInt(row.message_offset),
  sequence: Number(row.sequence),
  key: row.message_key,
  value: row.message_value,
  reason: row.reason,
  setAsideAt: row.set_aside_at,
});

const columns = 'partition_number, message_offset, sequence, message_key, message_value, reason, set_aside_at';

export async function setAside(view: ViewTransaction, letter: DeadLetter): Promise<void> {
  await view.execute(
    `insert into dead_letter (${columns}, sent) values (?, ?, ?, ?, ?, ?, ?, 0)
     on conflict (partition_number, message_offset) do update set reason = excluded.reason, set_aside_at = excluded.set_aside_at`,
    [
      letter.partition,
      String(letter.offset),
      letter.sequence,
      letter.key,
      letter.value,
      letter.reason,
      letter.setAsideAt,
    ],
  );
}

/** Those kept, oldest first. */
export async function deadLetters(view: Pick<ViewTransaction, 'query'>, limit = 1_000): Promise<readonly DeadLetter[]> {
  const rows = await view.query<Row>(`select ${columns} from dead_letter order by sequence limit ?`, [limit]);
  return rows.map(letterOf);
}

/**
 * Applies one of those kept once more, and forgets it. In the transaction given.
 * @returns false when it is kept no longer: another replica has applied it
 * @throws whatever stops it again
 */
export async function replay<Payload>(
  view: ViewTransaction,
  letter: DeadLetter,
  topic: Topic<Payload>,
  handler: TopicHandler<Payload>,
): Promise<boolean> {
  const place = [letter.partition, String(letter.offset)];
  const [kept] = await view.query('select 1 from dead_letter where partition_number = ? and message_offset = ?', place);
  if (!kept) return false;
  await handler.apply([readEnvelope(topic, letter.key, letter.value, letter.sequence)], view);
  await view.execute('delete from dead_letter where partition_number = ? and message_offset = ?', place);
  return true;
}

/** Those that the operators' topic does not have yet. */
export async function unsentDeadLetters(view: Pick<ViewTransaction, 'query'>): Promise<readonly DeadLetter[]> {
  const rows = await view.query<Row>(`select ${columns} from dead_letter where sent = 0 order by sequence limit 100`);
  return rows.map(letterOf);
}

export async function markSent(view: ViewTransaction, letters: readonly DeadLetter[]): Promise<void> {
  for (const { partition, offset } of letters) {
    await view.execute('update dead_letter set sent = 1 where partition_number = ? and message_offset = ?', [
      partition,
      String(offset),
    ]);
  }
}

/** Shows operators what was set aside, on the topic's dead-letter topic: the message as it came, and why. */
export async function sendDeadLetters(
  producer: Producer,
  topic: string,
  view: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  await producer.send({
    topic: deadLetterTopic(topic),
    acks: -1,
    compression: CompressionTypes.GZIP,
    messages: letters.map(({ partition, offset, sequence, key, value, reason, setAsideAt }) => ({
      key,
      partition: 0,
      value: JSON.stringify({
        stage: 'reader',
        view,
        partition,
        offset: String(offset),
        sequence,
        reason,
        setAsideAt,
        value,
      }),
    })),
  });
}

import type { Position } from '#event-store/event-store.js';
import type { ViewTransaction } from '#projections/projection.js';
import type { PartitionPlace } from './partition-sequence.js';

/** Tables that every view read from a broker has beside its own: the place in each partition, and what could not be applied. */
export const topicReaderSchema: readonly string[] = [
  `create table topic_place (
    partition_number integer primary key,
    sequence bigint not null,
    next_offset text not null
  )`,
  `create table dead_letter (
    partition_number integer not null,
    message_offset text not null,
    sequence bigint not null,
    message_key text not null,
    message_value text not null,
    reason text not null,
    set_aside_at text not null,
    sent integer not null,
    primary key (partition_number, message_offset)
  )`,
];

interface PlaceRow {
  readonly partition_number: number;
  readonly sequence: number | string;
  readonly next_offset: string;
}

const begin: PartitionPlace = { sequence: 0, nextOffset: 0n };

export async function placeOf(view: ViewTransaction, partition: number): Promise<PartitionPlace> {
  const [row] = await view.query<PlaceRow>(
    'select partition_number, sequence, next_offset from topic_place where partition_number = ?',
    [partition],
  );
  return row ? { sequence: Number(row.sequence), nextOffset: BigInt(row.next_offset) } : begin;
}

export async function savePlace(view: ViewTransaction, partition: number, place: PartitionPlace): Promise<void> {
  await view.execute(
    `insert into topic_place (partition_number, sequence, next_offset) values (?, ?, ?)
     on conflict (partition_number) do update set sequence = excluded.sequence, next_offset = excluded.next_offset`,
    [partition, place.sequence, String(place.nextOffset)],
  );
}

/**
 * The places of a view that was built from the log up to a position: what the topic still has of before is dropped as repeated.
 * @returns for each partition: its number, the sequence, the offset; a row of `topic_place`
 */
export const placesAfterLog = (
  partitions: number,
  position: Position,
): readonly (readonly [number, number, string])[] =>
  Array.from({ length: partitions }, (_, partition) => [partition, position, String(begin.nextOffset)]);

/** Position in the log up to which every partition has had its effect. */
export async function positionReached(view: Pick<ViewTransaction, 'query'>, partitions: number): Promise<Position> {
  const rows = await view.query<PlaceRow>('select partition_number, sequence, next_offset from topic_place');
  return rows.length < partitions ? 0 : Math.min(...rows.map(({ sequence }) => Number(sequence)));
}

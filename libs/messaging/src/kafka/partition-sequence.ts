/**
 * Order inside one partition, whatever happened on the way. The relay numbers what it sends by the position in the log
 * (`sequence`) and says what stood before it in the partition (`previous`): a reader knows a repeat from news, and sees a gap.
 */

/** What a reader needs to know of a message to place it. */
export interface Sequenced {
  readonly sequence: number;
  /** Sequence of the message before it in its partition; 0 for the first. */
  readonly previous: number;
  readonly offset: bigint;
}

/** How far a reader is in a partition. */
export interface PartitionPlace {
  /** Everything of the partition up to this position in the log has had its effect. */
  readonly sequence: number;
  /** First offset that is to be read again after a stop. */
  readonly nextOffset: bigint;
}

export interface Placed<Message extends Sequenced> {
  /** To be applied, in order. */
  readonly due: readonly Message[];
  /** Came too early: something before them is missing. */
  readonly waiting: readonly Message[];
  /** The place once `due` is applied. */
  readonly place: PartitionPlace;
}

/**
 * Sorts newly arrived messages, and those that waited, into what is due now and what has to wait.
 * A message up to the place's sequence is a repeat and is dropped. One whose predecessor is beyond the place waits.
 * @param through offset behind the last message read
 */
export function placeMessages<Message extends Sequenced>(
  place: PartitionPlace,
  waiting: readonly Message[],
  arrived: readonly Message[],
  through: bigint,
): Placed<Message> {
  const open = [...waiting, ...arrived].toSorted((a, b) => a.sequence - b.sequence);
  const due: Message[] = [];
  const early: Message[] = [];
  let { sequence } = place;
  for (const message of open) {
    if (message.sequence <= sequence) continue;
    if (early.length === 0 && message.previous <= sequence) {
      due.push(message);
      sequence = message.sequence;
    } else if (early.at(-1)?.sequence !== message.sequence) {
      early.push(message);
    }
  }
  const read = through > place.nextOffset ? through : place.nextOffset;
  const nextOffset = early.reduce((first, { offset }) => (offset < first ? offset : first), read);
  return { due, waiting: early, place: { sequence, nextOffset } };
}

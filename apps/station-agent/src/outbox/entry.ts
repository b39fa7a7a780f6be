/** What the outbox holds of one file. */

/** What the server said of it in the end. `duplicate`: this very content was taken before. */
export type Verdict = 'accepted' | 'accepted-with-faults' | 'duplicate' | 'refused';

/** Tells whether a file is still the one that was seen, without reading it. */
export interface Stamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
}

export interface TakenFile extends Stamp {
  /** As it stood in the folder. */
  readonly name: string;
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
  readonly contentType: string;
  /** Name of the outbox's own copy of the bytes. */
  readonly copy: string;
}

export interface WaitingEntry extends TakenFile {
  readonly state: 'waiting';
  /** The order in which files are sent. */
  readonly id: number;
  readonly takenAt: number;
}

/** The server has spoken and its answer is stored; the file itself still has to be brought to its place. */
export interface AnsweredEntry extends Omit<WaitingEntry, 'state'> {
  readonly state: 'answered' | 'filed';
  readonly verdict: Verdict;
  readonly answeredAt: number;
  /** The receipt, or the problem document of a refusal, as JSON. */
  readonly answer: string;
  /** Its name in `sent` or `refused`, once chosen. */
  readonly filedAs: string | null;
  /** Of a refused file: somebody has dealt with it. */
  readonly settled: boolean;
}

export type OutboxEntry = WaitingEntry | AnsweredEntry;

/** As lists show it: answers can be long. */
export type ListedAnswer = Omit<AnsweredEntry, 'answer'>;

export const sameStamp = (one: Stamp, other: Stamp): boolean =>
  one.size === other.size && one.modified === other.modified;

/** Where a file goes: only what nobody could take is refused. */
export const isRefusal = (verdict: Verdict): boolean => verdict === 'refused';

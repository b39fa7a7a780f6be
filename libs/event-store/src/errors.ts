import type { ExpectedRevision, Revision, StreamName } from './event-store.js';

/** A lost race: somebody else appended first. Read again and decide again. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: StreamName,
    readonly expected: ExpectedRevision,
    /** Head of the stream; `noStream` when it has no events. */
    readonly actual: Revision | 'noStream',
  ) {
    super(`Stream ${stream}: expected revision ${expected}, found ${actual}`);
  }
}

/** An event id is in the stream already with other content, or only some of an append's events are there. */
export class EventIdConflict extends Error {
  override readonly name = 'EventIdConflict';
  constructor(
    readonly stream: StreamName,
    readonly eventId: string,
    readonly reason: 'other-content' | 'partly-recorded',
  ) {
    super(`Stream ${stream}: event id ${eventId}: ${reason}`);
  }
}

export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
  constructor(
    readonly stream: StreamName,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`Stream ${stream}: append of ${bytes} bytes is over the limit of ${limit}`);
  }
}

/** The append itself is malformed: no events, an id that is not a UUID or is given twice, data that is not JSON, a bad name or revision. */
export class InvalidAppend extends Error {
  override readonly name = 'InvalidAppend';
  constructor(
    readonly stream: StreamName,
    readonly reason: string,
  ) {
    super(`Stream ${stream}: ${reason}`);
  }
}

/** The stream was deleted for good by an operator of the server: it can be neither read nor appended to again. */
export class StreamTombstoned extends Error {
  override readonly name = 'StreamTombstoned';
  constructor(readonly stream: StreamName) {
    super(`Stream ${stream} is tombstoned`);
  }
}

/** A stored event is of a newer schema version than this software knows: the log was written by a later release. */
export class UnknownSchemaVersion extends Error {
  override readonly name = 'UnknownSchemaVersion';
  constructor(
    readonly type: string,
    readonly stored: number,
    readonly known: number,
  ) {
    super(`${type} is stored in schema version ${stored}, the newest known is ${known}`);
  }
}

/** The engine was closed, could not open its storage, or cannot reach it: the message says when an outcome is unknown. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

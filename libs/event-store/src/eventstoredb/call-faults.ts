import {
  convertToCommandError,
  ErrorType,
  isCommandError,
  MaxAppendSizeExceededError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';

/**
 * How a call to the server went wrong. Only the first five are the server's word that nothing was written; after the others an
 * append may have been written or not.
 */
export type CallFaultKind =
  | 'wrong-revision'
  | 'tombstoned'
  | 'access-denied'
  | 'too-large'
  | 'invalid'
  | 'not-leader'
  | 'unavailable'
  | 'timeout'
  | 'cancelled'
  | 'unknown';

export class CallFault extends Error {
  override readonly name = 'CallFault';
  constructor(
    readonly kind: CallFaultKind,
    /** With `wrong-revision`: head of the stream, -1 when it has no events. With `too-large`: the server's limit in bytes. */
    readonly found?: number,
    options?: ErrorOptions,
  ) {
    super(`The event store answered: ${kind}`, options);
  }

  get isFinal(): boolean {
    return ['wrong-revision', 'tombstoned', 'access-denied', 'too-large', 'invalid'].includes(this.kind);
  }
}

const kinds: Partial<Record<ErrorType, CallFaultKind>> = {
  [ErrorType.STREAM_DELETED]: 'tombstoned',
  [ErrorType.ACCESS_DENIED]: 'access-denied',
  [ErrorType.INVALID_ARGUMENT]: 'invalid',
  [ErrorType.NOT_LEADER]: 'not-leader',
  [ErrorType.UNAVAILABLE]: 'unavailable',
  [ErrorType.TIMEOUT]: 'timeout',
  [ErrorType.DEADLINE_EXCEEDED]: 'timeout',
  [ErrorType.CANCELLED]: 'cancelled',
};

/** What an error of the client, or of a call on the wire, means. */
export function callFault(error: unknown): CallFault {
  if (error instanceof CallFault) return error;
  const cause = error instanceof Error ? convertToCommandError(error) : error;
  if (cause instanceof WrongExpectedVersionError) {
    return new CallFault('wrong-revision', typeof cause.actualVersion === 'bigint' ? Number(cause.actualVersion) : -1);
  }
  if (cause instanceof MaxAppendSizeExceededError) return new CallFault('too-large', cause.maxAppendSize);
  const known = cause instanceof Error && isCommandError(cause) ? kinds[cause.type] : undefined;
  // Discovery that finds no server throws a plain error.
  const isCall = cause instanceof Error && 'code' in cause;
  return new CallFault(known ?? (isCall ? 'unknown' : 'unavailable'), undefined, { cause });
}

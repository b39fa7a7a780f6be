import type { Fault } from './station-message.js';

/** A message of which nothing can be taken: not XML, cut short, in another encoding, of an unknown kind. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  constructor(
    /** At least one, all of severity `error`. */
    readonly faults: readonly Fault[],
  ) {
    super(faults.map((fault) => `${fault.code} at ${fault.path || 'the message'}`).join('; '));
  }
}

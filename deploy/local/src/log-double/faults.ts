/** What goes wrong, said by the test for each call as it comes. */

export type AppendFault =
  /** The call fails before anything is written. */
  | 'unavailable'
  | 'busy'
  | 'timeout'
  | 'access-denied'
  /** Written, but the answer says that the time was over. */
  | 'timeout-though-written'
  /** Written, and the stream of appends breaks before the answer. */
  | 'unavailable-though-written'
  /** Written, and nobody ever answers. */
  | 'silent-though-written'
  /** Written, and the stream of appends ends properly, without the answer. */
  | 'ended-though-written';

export type ReadFault =
  | 'unavailable'
  | 'access-denied'
  | 'silent'
  /** After some messages. */
  | 'unavailable-midway'
  | 'silent-midway'
  | 'ended-midway';

export interface Faults {
  append?: (() => AppendFault | undefined) | undefined;
  read?: ((call: { readonly subscription: boolean }) => ReadFault | undefined) | undefined;
  /** Milliseconds every answer waits. */
  delay?: (() => number) | undefined;
}

/** Messages of a call after which it breaks "midway". */
export const midway = 3;

import type { BlockKind } from '#domain/residents/matching/blocking-keys.js';

/** Most residents looked at by one key: more than the commonest name has in a birth year of a million people. */
export const mostOfBlock = 200;
/** A telephone that more people than a large household name is the station's, or a row of zeros. */
const mostOfTelephone = 20;

/** Whether what so many share tells nobody from the others. */
export const saysNothing = (kind: BlockKind, sharedBy: number): boolean =>
  kind === 'phone' && sharedBy > mostOfTelephone;

/** Injection tokens of the commune service. */

/** `Originals` of `./originals/originals.js` */
export const ORIGINALS = Symbol('Originals');
/** `SharedDatabase` of `./shared-database.js`; `undefined` where one process has everything to itself */
export const SHARED_DATABASE = Symbol('SharedDatabase');
/** `View` of the receipts projection */
export const RECEIPTS_VIEW = Symbol('ReceiptsView');
/** `View` of the projection `resident-index` */
export const RESIDENT_INDEX_VIEW = Symbol('ResidentIndexView');

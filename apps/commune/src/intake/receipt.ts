import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { Fault, StationFormat } from '#station-formats/station-message.js';

export type MessageFormat = StationFormat | 'fhir' | 'json-command' | 'outreach-csv' | 'unknown';

export type RecordOutcome = 'recorded' | 'amended' | 'unchanged' | 'retracted' | 'refused';

/** What became of one part of a message. */
export interface ReceiptRecord {
  readonly kind: 'person' | 'visit' | 'screening' | 'immunization' | 'referral' | 'resource' | 'consent';
  /** Episode number (MA_LK); for a screening, an immunization or a referral its id; for a FHIR resource kept by itself its key; null where the message does not say, or for a person. */
  readonly episode: string | null;
  /** Of a sheet: the row it stands in, as the spreadsheet counts. */
  readonly row?: number;
  readonly outcome: RecordOutcome;
  readonly resident: ResidentId | null;
  readonly faults: readonly Fault[];
}

export type ReceiptStatus = 'accepted' | 'accepted-with-faults' | 'refused';

/** The answer to a message, kept with it for ever. */
export interface Receipt {
  /** `{facility}-{first 32 hex digits of the digest}` */
  readonly id: string;
  readonly status: ReceiptStatus;
  readonly format: MessageFormat;
  readonly facility: FacilityCode;
  readonly receivedAt: string;
  /** SHA-256 of the body, hex. */
  readonly digest: string;
  readonly records: readonly ReceiptRecord[];
  /** Faults of the message as a whole. */
  readonly faults: readonly Fault[];
}

/** HTTP status of a refused message. */
export type RefusalStatus = 403 | 415 | 422;

export type MessageEvent =
  | { readonly type: 'MessageAccepted'; readonly data: { readonly receipt: Receipt } & Parts }
  | {
      readonly type: 'MessageRefused';
      readonly data: { readonly receipt: Receipt; readonly httpStatus: RefusalStatus } & Parts;
    };

interface Parts {
  /** Where a receipt's records are too many for one event, they stand in this many `ReceiptPartRecorded` right before it. */
  readonly parts?: number;
  /** How many of the receipt's records each record of the message made; absent where each made one, or there was but one. */
  readonly recordSizes?: readonly number[];
}

export interface ReceiptPartRecorded {
  readonly type: 'ReceiptPartRecorded';
  readonly data: { readonly records: readonly ReceiptRecord[] };
}

/** In `message-{facility}-key-{hash}`: the sender gave this message that Idempotency-Key. */
export interface IdempotencyKeyUsed {
  readonly type: 'IdempotencyKeyUsed';
  readonly data: { readonly digest: string };
}

export function receiptId(facility: FacilityCode, digest: string): string {
  return `${facility}-${digest.slice(0, 32)}`;
}

/** Whether text has the form of {@link receiptId}: the category `message` has streams that are no receipts. */
export function isReceiptId(text: string): boolean {
  return /^[0-9]{2}[0-9A-Z]{3}-[0-9a-f]{32}$/.test(text);
}

/** Accepted when anything was taken; faults that are only information do not count against it. */
export function receiptStatus(records: readonly ReceiptRecord[], faults: readonly Fault[]): ReceiptStatus {
  if (!records.some((record) => record.outcome !== 'refused')) return 'refused';
  const grave = [...faults, ...records.flatMap((record) => record.faults)].some(
    (fault) => fault.severity !== 'information',
  );
  return grave ? 'accepted-with-faults' : 'accepted';
}

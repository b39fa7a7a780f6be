import type { FacilityCode } from '#domain/ids.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { OutreachScreening } from '#station-formats/outreach/outreach-row.js';
import type { Fault, StationRecord } from '#station-formats/station-message.js';
import type { MessageFormat } from './receipt.js';

/** A body as it was posted. */
export interface ReceivedMessage {
  /** The caller's. */
  readonly facility: FacilityCode;
  readonly actor: string;
  readonly contentType: string;
  readonly idempotencyKey?: string;
  readonly receivedAt: string;
  /** SHA-256 of the body, hex. */
  readonly digest: string;
  readonly body: Uint8Array;
}

/** A record as intake works on it: what station formats bring, and what only a command can say. */
export interface IntakeRecord extends StationRecord {
  readonly screening?: ScreeningContent;
  readonly transfer?: TransferPaper;
  /** One row of a screening day's sheet, which has no numbers of its own. */
  readonly sheetRow?: {
    readonly row: number;
    readonly screening?: OutreachScreening;
    readonly formNumber?: string;
  };
}

export type ReadMessage =
  | {
      readonly outcome: 'read';
      readonly format: MessageFormat;
      /** Facility that the message says it is from. */
      readonly sender: string;
      readonly records: readonly IntakeRecord[];
      readonly faults: readonly Fault[];
    }
  | { readonly outcome: 'unknown-format' }
  | { readonly outcome: 'unreadable'; readonly format: MessageFormat; readonly faults: readonly Fault[] };

import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { OutreachScreening } from '#station-formats/outreach/outreach-row.js';
import type { Fault, StationRecord } from '#station-formats/station-message.js';
import type { LargeOriginal, Original } from '../originals/originals.js';
import type { MessageFormat } from './receipt.js';

/** A message as it was posted. */
export type ReceivedMessage = Original;

/** One that is too large to be held. */
export type LargeMessage = LargeOriginal;

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

/**
 * The records of a message in their order: a list, or one after the other as they are read. Asked for once. What is wrong with
 * the message as a whole is found before the first one is given.
 */
export type MessageRecords = { readonly length: number } & (Iterable<IntakeRecord> | AsyncIterable<IntakeRecord>);

export type ReadMessage =
  | {
      readonly outcome: 'read';
      readonly format: MessageFormat;
      /** Facility that the message says it is from. */
      readonly sender: string;
      readonly records: MessageRecords;
      readonly faults: readonly Fault[];
    }
  | { readonly outcome: 'unknown-format' }
  | { readonly outcome: 'unreadable'; readonly format: MessageFormat; readonly faults: readonly Fault[] };

import type { LocalDate } from '#domain/dates.js';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import type { SharingStatement } from '#domain/residents/consent.js';
import type { HealthHistory } from '#domain/residents/resident-content.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { KnownPerson } from '#fhir/reading/read-bundle.js';
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
  readonly consent?: SharingStatement;
  /** One row of a screening day's sheet, which has no numbers of its own. */
  readonly sheetRow?: {
    readonly row: number;
    readonly screening?: OutreachScreening;
    readonly formNumber?: string;
  };
  readonly fhir?: FhirPart;
}

/** What only a FHIR message says of a person. */
export interface FhirPart {
  /** The person, where the message refers to them without describing them; absent, with no person either, for what is about nobody. */
  readonly known?: KnownPerson;
  /** Items of the health history of a person who is not described. */
  readonly history?: HealthHistory;
  readonly observedOn?: LocalDate;
  /** Of a person who is known already the message says nothing (`ifNoneExist`). */
  readonly onlyIfNew: boolean;
  readonly transfers: readonly TransferPaper[];
  readonly kept: readonly KeptResource[];
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
      /** Persons without whom the message is refused as a whole. */
      readonly mustBeKnown?: readonly { readonly known: KnownPerson; readonly path: string }[];
    }
  | { readonly outcome: 'unknown-format' }
  | { readonly outcome: 'unreadable'; readonly format: MessageFormat; readonly faults: readonly Fault[] };

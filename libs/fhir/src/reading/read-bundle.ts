/**
 * A FHIR R4 message as domain content: what becomes residents, visits, doses and referrals, what is kept beside it, and where each
 * entry can be read afterwards. Pure: the same message gives the same result.
 */
import type { DateTime, LocalDate } from '#domain/dates.js';
import { dayPart, parseDateTime } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '#domain/ids.js';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import type {
  HealthHistory,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
} from '#domain/residents/resident-content.js';
import type { TransferPaper, VisitContent } from '#domain/visits/visit-content.js';
import { type BundleType, sentBundle, type SentEntry } from './entries.js';
import { facilityOf } from './elements.js';
import { isObject, type JsonObject, objectOf, textOf } from './json.js';
import { mostEventText } from './kept-whole.js';
import { MessageDraft } from './message-draft.js';
import type { ReadDose } from './read-immunization.js';
import { readingFault, type ReadingFault } from './reading-fault.js';
import { fromXml, NotFhirXml } from '../xml/read-xml.js';

/** What a message says of a person. */
export interface ReadPerson {
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly observedOn: LocalDate;
}

/** A person who is referred to and not described: by our id, or by a number. */
export type KnownPerson =
  | { readonly kind: 'resident'; readonly resident: ResidentId }
  | { readonly kind: 'number'; readonly number: ResidentIdentifier };

/** Everything of one person. */
export interface ReadRecord {
  /** Path of the Patient, or of the first resource about them. */
  readonly path: string;
  readonly person?: ReadPerson;
  readonly known?: KnownPerson;
  /** `ifNoneExist`: nothing is said of a person who is known already. */
  readonly onlyIfNew: boolean;
  /** Items of the health history, each by itself. */
  readonly history?: HealthHistory;
  readonly visits: readonly { readonly visit: VisitContent; readonly faults: readonly ReadingFault[] }[];
  /** Ids are given at intake; `$dose-{index}` stands for them in references. */
  readonly immunizations: readonly ReadDose[];
  /** Papers outside any visit. */
  readonly transfers: readonly TransferPaper[];
  readonly kept: readonly KeptResource[];
  readonly observedOn: LocalDate;
  readonly faults: readonly ReadingFault[];
}

/** An encounter taken back: entered in error, or deleted. */
export interface ReadWithdrawal {
  readonly path: string;
  readonly episode: EpisodeNumber;
}

/** What became of an entry, as far as reading can tell. */
export interface ReadEntry {
  readonly index: number;
  readonly method: SentEntry['method'];
  readonly resourceType: string;
  /** Index of the record it is part of; absent for what was refused or is about nobody. */
  readonly record?: number;
  /** `Type/id` where it can be read; `$resident` stands for the resident's id, `$dose-{index}` for a dose's. */
  readonly target?: string;
  readonly faults: readonly ReadingFault[];
}

export interface ReadBundle {
  readonly type: BundleType;
  /** The facility the message says it is from; the caller's where it does not say. */
  readonly sender: FacilityCode;
  readonly records: readonly ReadRecord[];
  readonly withdrawals: readonly ReadWithdrawal[];
  /** Resources about nobody. */
  readonly kept: readonly KeptResource[];
  readonly entries: readonly ReadEntry[];
  /** MessageHeader of a message. */
  readonly header?: JsonObject;
  /** Faults of the message as a whole. With an error among them nothing is taken. */
  readonly faults: readonly ReadingFault[];
}

export interface ReadingContext {
  /** The caller's. */
  readonly facility: FacilityCode;
  /** Vietnamese time. */
  readonly receivedAt: DateTime;
  /** JSON where nothing is said. */
  readonly format?: 'json' | 'xml';
}

/** Reads the body of a FHIR message. */
export function readBundle(body: Uint8Array, context: ReadingContext): ReadBundle {
  const { parsed, fault } = context.format === 'xml' ? parseXml(body) : parseJson(body);
  if (fault) return refusedWhole('resource', context, [], [fault]);
  const sent = sentBundle(parsed);
  const wrong = sent.entries.flatMap((entry) => entry.faults);
  if (sent.faults.some(isError)) return refusedWhole(sent.type, context, sent.entries, sent.faults);
  if (wrong.some(isError) && sent.type !== 'batch') return refusedWhole(sent.type, context, sent.entries, sent.faults);
  const usable = sent.entries.filter(
    (entry) => (entry.resource !== undefined || entry.method === 'DELETE') && !entry.faults.some(isError),
  );
  const stated = isObject(parsed) ? parseDateTime(textOf(parsed['timestamp']) ?? '') : undefined;
  const draft = new MessageDraft(usable, {
    facility: context.facility,
    statedOn: dayPart(stated ?? context.receivedAt),
    documents: sent.type === 'document',
    large: body.byteLength > mostEventText / 2,
  });
  const read = draft.read();
  const faultsOf = (index: number): readonly ReadingFault[] => read.faults.get(index) ?? [];
  const entries = sent.entries.map((entry): ReadEntry => {
    const faults = [...entry.faults, ...faultsOf(entry.index)];
    const place = faults.some(isError) ? undefined : read.places.get(entry.index);
    return { ...answered(entry), ...place, faults };
  });
  if (sent.type !== 'batch' && entries.some((entry) => entry.faults.some(isError)))
    return { ...refusedWhole(sent.type, context, sent.entries, sent.faults), entries };
  return {
    type: sent.type,
    sender: senderOf(usable, draft) ?? context.facility,
    records: read.records,
    withdrawals: read.withdrawals,
    kept: read.kept,
    entries,
    ...(sent.type === 'message' && usable[0]?.resource && { header: usable[0].resource }),
    faults: sent.faults,
  };
}

export const isError = ({ severity }: ReadingFault): boolean => severity === 'error';

function refusedWhole(
  type: BundleType,
  { facility }: ReadingContext,
  entries: readonly SentEntry[],
  faults: readonly ReadingFault[],
): ReadBundle {
  return {
    type,
    sender: facility,
    records: [],
    withdrawals: [],
    kept: [],
    entries: entries.map((entry) => ({ ...answered(entry), faults: entry.faults })),
    faults,
  };
}

function answered(entry: SentEntry): Omit<ReadEntry, 'faults'> {
  const { index, method, resource } = entry;
  return { index, method, resourceType: resource?.resourceType ?? '' };
}

/** MessageHeader.sender; else the provider of an encounter that is not the caller. */
function senderOf(entries: readonly SentEntry[], draft: MessageDraft): FacilityCode | undefined {
  for (const entry of entries) {
    if (entry.resource?.resourceType !== 'MessageHeader') continue;
    const sender = objectOf(entry.resource['sender']);
    const facility = facilityOf(sender) ?? draft.facilityNamed(sender, entry);
    if (facility) return facility;
  }
  return draft.otherProvider;
}

type Parsed =
  | { readonly parsed: unknown; readonly fault?: undefined }
  | { readonly parsed?: undefined; readonly fault: ReadingFault };

function parseJson(body: Uint8Array): Parsed {
  try {
    return { parsed: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown };
  } catch {
    return { fault: readingFault('', 'not-json') };
  }
}

function parseXml(body: Uint8Array): Parsed {
  try {
    return { parsed: fromXml(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch (error) {
    if (error instanceof NotFhirXml)
      return { fault: { path: '', code: 'not-fhir-xml', severity: 'error', text: error.text } };
    return { fault: readingFault('', 'not-utf-8') };
  }
}

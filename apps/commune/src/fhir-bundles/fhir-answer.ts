/** The answer to a FHIR message as FHIR: a response Bundle with what became of each entry and where it can be read. Pure. */
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { parseFacilityCode, parseReferralNumber, type EpisodeNumber, type ImmunizationId } from '#domain/ids.js';
import { keptResourceStream, referralStream, residentStream, visitStream, type StreamKey } from '#domain/streams.js';
import { streamName } from '#event-store/event-store.js';
import { isError, type ReadBundle, type ReadEntry } from '#fhir/reading/read-bundle.js';
import { residentPlaceholder } from '#fhir/kept.js';
import { outcomeOf } from '#fhir/reading/fault-outcome.js';
import { documentIdOf, partOf } from '#fhir/resource-ids.js';
import type { AnsweredReceipt } from '../intake/intake-answers.js';
import type { ReceiptRecord, RecordOutcome } from '../intake/receipt.js';
import { immunizationResourceId } from './dose-references.js';

export const receiptSystem = 'urn:lien-tuyen:sid:receipt';

/** What the receipt says of one person of the message. */
interface PersonReceipt {
  readonly person: ReceiptRecord;
  /** FHIR ids of the doses told, in their order. */
  readonly doses: readonly string[];
}

/** @param base address of the FHIR record, without a slash at the end */
export function responseBundle(bundle: ReadBundle, receipt: AnsweredReceipt, base: string): Bundle {
  const persons = personsOf(receipt.records);
  const outcomes = outcomesOf(receipt);
  const type = bundle.type === 'batch' ? 'batch-response' : 'transaction-response';
  return {
    resourceType: 'Bundle',
    type,
    identifier: { system: receiptSystem, value: receipt.id },
    timestamp: receipt.receivedAt,
    link: [{ relation: 'receipt', url: `${base.slice(0, base.lastIndexOf('/'))}/intake/receipts/${receipt.id}` }],
    ...(bundle.entries.length > 0 && {
      entry: bundle.entries.map((entry) => ({ response: responseOf(entry, persons, outcomes, receipt, base) })),
    }),
  };
}

function responseOf(
  entry: ReadEntry,
  persons: readonly PersonReceipt[],
  outcomes: ReadonlyMap<string, RecordOutcome>,
  { receivedAt }: AnsweredReceipt,
  base: string,
): NonNullable<BundleEntry['response']> {
  const person = entry.record === undefined ? undefined : persons[entry.record];
  const lost = person?.person.outcome === 'refused' ? person.person.faults : [];
  const faults = [...entry.faults, ...lost.filter(isError)];
  const target = faults.some(isError) ? undefined : targetOf(entry, person);
  if (target === undefined)
    return { status: '422 Unprocessable Entity', ...(faults.length > 0 && { outcome: outcomeOf(faults) }) };
  const outcome = outcomes.get(partOf(target.slice(target.indexOf('/') + 1)).document);
  if (outcome === 'retracted') return { status: '204 No Content', lastModified: receivedAt };
  if (outcome === 'refused') return { status: '404 Not Found' };
  const recorded = outcome === 'recorded';
  return {
    status: recorded ? '201 Created' : '200 OK',
    location: `${base}/${target}`,
    ...(recorded && !target.startsWith('Patient/') && { etag: 'W/"1"' }),
    ...(outcome !== undefined && outcome !== 'unchanged' && { lastModified: receivedAt }),
    ...(faults.length > 0 && { outcome: outcomeOf(faults) }),
  };
}

/** Where an entry can be read, now that the resident is known. */
function targetOf({ target }: ReadEntry, person: PersonReceipt | undefined): string | undefined {
  if (target === undefined || !target.includes('$')) return target;
  const dose = /\$dose-(\d+)$/.exec(target);
  if (dose) {
    const id = person?.doses[Number(dose[1])];
    return id === undefined ? undefined : `Immunization/${id}`;
  }
  const resident = person?.person.resident;
  return resident === null || resident === undefined ? undefined : target.replace(residentPlaceholder, resident);
}

function personsOf(records: readonly ReceiptRecord[]): readonly PersonReceipt[] {
  const persons: { person: ReceiptRecord; doses: string[] }[] = [];
  for (const record of records) {
    if (record.kind === 'person') persons.push({ person: record, doses: [] });
    else if (record.kind === 'immunization' && record.episode !== null)
      persons.at(-1)?.doses.push(immunizationResourceId(record.episode as ImmunizationId));
  }
  return persons;
}

/** Outcome of each document of the record, by its id. */
function outcomesOf({ records, facility }: AnsweredReceipt): ReadonlyMap<string, RecordOutcome> {
  const idOf = ({ category, key }: StreamKey): string => documentIdOf(streamName(category, key));
  return new Map(
    records.flatMap(({ kind, episode, outcome, resident }): readonly (readonly [string, RecordOutcome])[] => {
      if (kind === 'person') return resident === null ? [] : [[idOf(residentStream(resident)), outcome]];
      if (episode === null) return [];
      switch (kind) {
        case 'visit':
          return [[idOf(visitStream(facility, episode as EpisodeNumber)), outcome]];
        case 'immunization':
          return [[immunizationResourceId(episode as ImmunizationId), outcome]];
        case 'resource':
          return [[idOf(keptResourceStream(resident ?? facility, episode)), outcome]];
        case 'referral': {
          const from = parseFacilityCode(facility);
          const number = parseReferralNumber(episode);
          return from && number ? [[idOf(referralStream({ from, number })), outcome]] : [];
        }
        default:
          return [];
      }
    }),
  );
}

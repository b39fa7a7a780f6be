import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bundle, BundleEntry, OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { JsonObject } from '#fhir/reading/json.js';
import type { Caller } from '#security/caller.js';
import { baseOf } from '../http/fhir-http.js';
import { FhirFault, outcome } from '../http/fhir-fault.js';
import { returnPreference } from '../writing/return-preference.js';
import type { SentBody } from '../http/sent-resource.js';
import { asNotShown, asRefused, linkReceipt, type Writing } from '../writing/writing.js';
import { writeWhole } from '../writing/whole-message.js';
import { entryOf, type EntryResponse, noted } from '../writing/written-entries.js';
import { type AskedEntry, askedEntries } from './asked-entries.js';
import { failed, readEntries } from './read-entries.js';
import { faultsOfEntry, renumbered } from './written-parts.js';

/** What a batch or transaction is answered with, and what is put on the way of it. */
type Answer = Bundle | OperationOutcome;

/** A batch or a transaction: writes first, as one message of intake, then reads, each as a request of its own. */
export class Batch {
  constructor(
    private readonly writing: Writing,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly caller: Caller,
  ) {}

  /** @param sent a Bundle of type `batch` or `transaction` */
  async answer(sent: SentBody): Promise<Answer> {
    const asked = askedEntries(sent.resource, baseOf(this.request), this.caller);
    return sent.resource['type'] === 'batch' ? this.#batch(sent, asked) : this.#transaction(sent, asked);
  }

  async #transaction(sent: SentBody, asked: readonly AskedEntry[]): Promise<Answer> {
    const refused = asked.findIndex(({ kind }) => kind === 'refused');
    const first = asked[refused];
    if (first?.kind === 'refused') {
      this.reply.status(first.fault.status);
      return named(first.fault.toOutcome(), refused);
    }
    const writes = asked.some(({ kind }) => kind === 'write');
    if (writes && asked.some(({ kind }) => kind === 'read')) throw mixed();
    if (writes) return writeWhole(this.writing, sent, this.request, this.reply, this.caller, notesOf(asked));
    const read = await readEntries(this.request, partsOf(asked));
    const failure = read.findIndex(({ response }) => Number(response?.status?.slice(0, 3)) >= 400);
    const { response } = read[failure] ?? {};
    if (!response?.outcome) return { resourceType: 'Bundle', type: 'transaction-response', entry: [...read] };
    this.reply.status(Number(response.status?.slice(0, 3)));
    return named(response.outcome, failure);
  }

  async #batch(sent: SentBody, asked: readonly AskedEntry[]): Promise<Answer> {
    const places = asked.flatMap(({ kind }, index) => (kind === 'write' ? [index] : []));
    const written = places.length > 0 ? await this.#writtenParts(sent, asked, places) : { answers: [] };
    if ('whole' in written) return written.whole;
    const read = await readEntries(this.request, partsOf(asked));
    const [writes, reads] = [written.answers.values(), read.values()];
    const entry = asked.map((one): BundleEntry => {
      if (one.kind === 'refused') return failed(one.fault.status, one.fault.toOutcome());
      return (one.kind === 'write' ? writes : reads).next().value ?? {};
    });
    const frame =
      written.frame ??
      ((entries): Bundle => ({
        resourceType: 'Bundle',
        type: 'batch-response',
        ...(entries.length > 0 && { entry: entries }),
      }));
    return frame(entry);
  }

  /** The answers to the entries that write; `whole` where intake has refused their sender, or their fate is not known yet. */
  async #writtenParts(
    sent: SentBody,
    asked: readonly AskedEntry[],
    places: readonly number[],
  ): Promise<
    | { readonly answers: readonly BundleEntry[]; readonly frame?: (entries: BundleEntry[]) => Bundle }
    | { readonly whole: Answer }
  > {
    const message = places.length === asked.length ? sent : partOfBundle(sent.resource, asked);
    const written = await this.writing.write(this.request, this.caller, message);
    if (written.outcome === 'not-shown') return { whole: asNotShown(written, this.request, this.reply) };
    if (written.outcome === 'refused') {
      if (written.status !== 422) return { whole: asRefused(written, this.request, this.reply) };
      const reasons = renumbered(written.reasons, places);
      if (written.receipt !== undefined) linkReceipt(written.receipt, this.request, this.reply);
      return { answers: places.map((place) => failed(422, faultsOfEntry(reasons, place))) };
    }
    linkReceipt(written.receipt, this.request, this.reply);
    const preference = returnPreference(this.request);
    const answers = noted(written.entries, notesOf(asked))
      .map((entry) => entryOf(entry, preference))
      .map(renumberedEntry(places));
    return { answers, frame: written.frame };
  }
}

const partsOf = (asked: readonly AskedEntry[]): Parameters<typeof readEntries>[1] =>
  asked.flatMap((one) => (one.kind === 'read' ? [one.part] : []));

/** Of those that write, what there is to say besides. */
const notesOf = (asked: readonly AskedEntry[]): readonly (OperationOutcomeIssue | undefined)[] =>
  asked.flatMap((one) => (one.kind === 'write' ? [one.note] : []));

/** What of a Bundle intake is to keep. */
function partOfBundle(bundle: JsonObject, asked: readonly AskedEntry[]): Pick<SentBody, 'bytes' | 'format'> {
  const entry = asked.flatMap((one) => (one.kind === 'write' ? [one.entry] : []));
  return { bytes: Buffer.from(JSON.stringify({ ...bundle, entry })), format: 'json' };
}

const renumberedEntry =
  (places: readonly number[]) =>
  (entry: BundleEntry): BundleEntry => {
    const response: EntryResponse | undefined = entry.response;
    if (!response?.outcome) return entry;
    return { ...entry, response: { ...response, outcome: renumbered(response.outcome, places) } };
  };

/** The fault of one entry, for which the whole is refused. */
function named(reasons: OperationOutcome, index: number): OperationOutcome {
  const place = `Bundle.entry[${index}]`;
  return outcome((reasons.issue ?? []).map((one) => ({ ...one, expression: [place] })));
}

const mixed = (): FhirFault =>
  new FhirFault(400, 'not-supported', {
    vi: 'Transaction không được vừa ghi vừa đọc: mục đọc hỏng không thể hủy điều đã ghi. Hãy dùng batch, hoặc hai Bundle.',
    en: 'A transaction cannot both write and read: a read that fails could not undo what was recorded. Use a batch, or two Bundles.',
  });

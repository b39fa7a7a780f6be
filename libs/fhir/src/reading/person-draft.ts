import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { HealthHistory, HistoryItem, InsuranceCard } from '#domain/residents/resident-content.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { ResidentDocument } from '../documents.js';
import { keptElements, residentPlaceholder } from '../kept.js';
import { historyContent } from '../residents/history-content.js';
import { allergyOf, historyConditionOf } from '../residents/history.js';
import { patientOf } from '../residents/patient.js';
import { keptResourceId, resourceId } from '../resource-ids.js';
import { resourceOf, type SentEntry } from './entries.js';
import { type JsonObject, objectsOf } from './json.js';
import { keptKey } from './kept-whole.js';
import type { DraftContext, MessageDraft } from './message-draft.js';
import { readAllergy } from './read-allergy.js';
import type { KnownPerson, ReadPerson, ReadRecord } from './read-bundle.js';
import { readHistoryCondition } from './read-condition.js';
import { readCoverage } from './read-coverage.js';
import { type ReadDose, readImmunization } from './read-immunization.js';
import { readPatient } from './read-patient.js';
import { isReferral, readReferral } from './read-referral.js';
import type { ReadingFault } from './reading-fault.js';
import { paperTarget, sentPaper, unnamed, withSentDose } from './sent-content.js';
import type { VisitDraft } from './visit-draft.js';

export type Rewrite = (entry: SentEntry, resource: JsonObject) => JsonObject;

interface HistoryEntry {
  readonly entry: SentEntry;
  readonly list: 'allergies' | 'diseases' | 'disabilities';
  readonly item: HistoryItem;
}

/** One person of a message: the Patient, what is told outside any visit, and the visits. */
export class PersonDraft {
  readonly visits: VisitDraft[] = [];
  readonly #cards: InsuranceCard[] = [];
  readonly #history: HistoryEntry[] = [];
  readonly #doses: { readonly entry: SentEntry; readonly dose: ReadDose }[] = [];
  readonly #papers: { readonly entry: SentEntry; readonly paper: TransferPaper }[] = [];
  readonly #whole: SentEntry[] = [];

  /** @param who the entry of the Patient, or how the person is known */
  constructor(
    private readonly message: MessageDraft,
    private readonly context: DraftContext,
    private readonly first: SentEntry,
    private readonly who: SentEntry | KnownPerson,
  ) {}

  get facility(): FacilityCode {
    return this.context.facility;
  }

  /** What identifies the person within the message's facility, for numbers that must be the same when the message comes again. */
  get signature(): string {
    if ('kind' in this.who) return JSON.stringify(this.who);
    const { identifiers, details } = readPatient(resourceOf(this.who), this.facility, '');
    return identifiers.length > 0 ? JSON.stringify(identifiers[0]) : `${details.name} ${details.birthDate ?? ''}`;
  }

  /** Takes a resource that is of this person and of no visit. */
  add(entry: SentEntry): void {
    const resource = resourceOf(entry);
    switch (resource['resourceType']) {
      case 'AllergyIntolerance': {
        const item = readAllergy(resource, keptKey(entry));
        return item ? void this.#history.push({ entry, list: 'allergies', item }) : this.keep(entry);
      }
      case 'Condition': {
        const read = readHistoryCondition(resource, keptKey(entry));
        return read ? void this.#history.push({ entry, ...read }) : this.keep(entry);
      }
      case 'Coverage':
        return this.coverage(entry);
      case 'Immunization':
        return this.immunization(entry);
      case 'ServiceRequest': {
        const paper = this.paperOf(entry);
        return paper ? void this.#papers.push({ entry, paper }) : this.keep(entry);
      }
      default:
        return this.keep(entry);
    }
  }

  keep(entry: SentEntry): void {
    this.#whole.push(entry);
  }

  /** The card is the person's; the Coverage says more and is kept. */
  coverage(entry: SentEntry): void {
    const card = readCoverage(resourceOf(entry));
    if (card) this.#cards.push(card);
    this.keep(entry);
  }

  immunization(entry: SentEntry): void {
    const dose = readImmunization(resourceOf(entry), this.facility);
    if (dose) this.#doses.push({ entry, dose });
    else this.keep(entry);
  }

  /** The transfer paper that a request for referral is; `undefined` where it is none or says too little. */
  paperOf(entry: SentEntry): TransferPaper | undefined {
    const request = resourceOf(entry);
    if (!isReferral(request)) return undefined;
    const performer = objectsOf(request['performer'])[0];
    const paper = readReferral(request, this.facility, this.message.facilityNamed(performer, entry));
    if (!paper) this.message.fault(entry, 'referral-incomplete', 'warning');
    return paper;
  }

  /** Where each entry of the person can be read. */
  targets(): readonly (readonly [SentEntry, string])[] {
    const of = (part: string): string => resourceId(residentPlaceholder, part);
    return [
      ...('kind' in this.who ? [] : [[this.who, `Patient/${residentPlaceholder}`] as const]),
      ...this.#historyParts().map(({ entry, part }) => [entry, `${entry.resource?.resourceType}/${of(part)}`] as const),
      ...this.#doses.map(({ entry }, index) => [entry, `Immunization/$dose-${index}`] as const),
      ...this.#papers.map(({ entry, paper }) => [entry, paperTarget(paper)] as const),
      ...this.#whole.map(
        (entry) =>
          [entry, `${entry.resource?.resourceType}/${keptResourceId(residentPlaceholder, keptKey(entry))}`] as const,
      ),
      ...this.visits.flatMap((visit) => visit.targets()),
    ];
  }

  /** @param faults of all entries by index */
  record(rewrite: Rewrite, faults: ReadonlyMap<number, readonly ReadingFault[]>): ReadRecord {
    const observedOn =
      this.visits
        .map((visit) => visit.day)
        .toSorted()
        .at(-1) ?? this.context.statedOn;
    const person = this.#person(rewrite, observedOn);
    const history = this.#historyOf(rewrite);
    const residence = person?.details.residence;
    const told = [...(person?.cards ?? [])];
    const own = [this.first, ...this.#whole, ...this.#history.map(({ entry }) => entry)];
    const ownFaults = [...new Set(own)].flatMap((entry) => faults.get(entry.index) ?? []);
    return {
      path: this.first.path,
      ...(person && { person }),
      ...('kind' in this.who && { known: this.who }),
      ...(history && { history }),
      onlyIfNew: !('kind' in this.who) && this.who.ifNoneExist !== undefined,
      visits: this.visits.map((visit) => ({
        visit: visit.content(rewrite, { cards: told, residence }),
        faults: visit.entries.flatMap((entry) => faults.get(entry.index) ?? []),
      })),
      immunizations: this.#doses.map(({ entry, dose }) => withSentDose(dose, rewrite(entry, resourceOf(entry)))),
      transfers: this.#papers.map(({ entry, paper }) => sentPaper(paper, rewrite(entry, resourceOf(entry)))),
      kept: this.#whole.map((entry) => this.message.whole(entry, rewrite(entry, resourceOf(entry)))),
      observedOn,
      faults: ownFaults,
    };
  }

  #person(rewrite: Rewrite, observedOn: ReadPerson['observedOn']): ReadPerson | undefined {
    if ('kind' in this.who) return undefined;
    const sent = resourceOf(this.who);
    const read = readPatient(sent, this.facility, this.who.path);
    for (const fault of read.faults) this.message.add(this.who, fault);
    const cards = [
      ...read.cards,
      ...this.#cards.filter(({ number }) => !read.cards.some((card) => card.number === number)),
    ];
    const { details, identifiers } = read;
    const document = this.#document({ details, identifiers, cards: read.cards });
    const kept = keptElements(rewrite(this.who, sent), patientOf(document, unnamed));
    return {
      details: { ...details, ...(kept && { kept }) },
      identifiers,
      cards,
      observedOn,
    };
  }

  #document(person: Pick<ResidentDocument, 'details' | 'identifiers' | 'cards'>): ResidentDocument {
    return { kind: 'resident', resident: residentPlaceholder as ResidentId, registeredBy: this.facility, ...person };
  }

  #historyDocument(): ResidentDocument {
    const items = (list: HistoryEntry['list']): readonly HistoryItem[] =>
      this.#history.filter((one) => one.list === list).map(({ item }) => item);
    const document = this.#document({ details: { name: '', sex: 'unknown' }, identifiers: [], cards: [] });
    const history = { allergies: items('allergies'), diseases: items('diseases'), disabilities: items('disabilities') };
    return { ...document, history, historyOn: this.context.statedOn };
  }

  #historyParts(): readonly { readonly entry: SentEntry; readonly part: string }[] {
    const content = historyContent(this.#historyDocument());
    return [...(content?.conditions ?? []), ...(content?.allergies ?? [])].flatMap(({ part, item }) => {
      const found = this.#history.find((one) => one.item === item);
      return found ? [{ entry: found.entry, part }] : [];
    });
  }

  #historyOf(rewrite: Rewrite): HealthHistory | undefined {
    if (this.#history.length === 0) return undefined;
    const document = this.#historyDocument();
    const content = historyContent(document);
    const kept = new Map<HistoryItem, HistoryItem>();
    const made = content
      ? [
          ...content.conditions.map((part) => ({ part, resource: historyConditionOf(document, content, part) })),
          ...content.allergies.map((part) => ({ part, resource: allergyOf(document, content, part) })),
        ]
      : [];
    for (const { part, resource } of made) {
      const entry = this.#history.find(({ item }) => item === part.item)?.entry;
      if (!entry) continue;
      const elements = keptElements(rewrite(entry, resourceOf(entry)), resource);
      kept.set(part.item, { ...part.item, ...(elements && { kept: elements }) });
    }
    const lists = Map.groupBy(this.#history, ({ list }) => list);
    return Object.fromEntries([...lists].map(([list, told]) => [list, told.map(({ item }) => kept.get(item) ?? item)]));
  }
}

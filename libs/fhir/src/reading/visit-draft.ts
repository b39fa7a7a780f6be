import { createHash } from 'node:crypto';
import type { Diagnosis, Residence, Vitals } from '#domain/codes.js';
import { type DateTime, dayPart, epochOf, type LocalDate } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '#domain/ids.js';
import type { KeptElements } from '#domain/kept-resources/kept-content.js';
import type { InsuranceCard } from '#domain/residents/resident-content.js';
import type {
  ClinicalNote,
  MedicationLine,
  ResultLine,
  ServiceLine,
  TransferPaper,
  VisitContent,
} from '#domain/visits/visit-content.js';
import type { VisitDocument } from '../documents.js';
import { diagnosticReportOf } from '../encounters/diagnostic-report.js';
import { type EncounterContent, encounterContent, isProcedure } from '../encounters/encounter-content.js';
import { encounterConditionOf, encounterOf } from '../encounters/encounter.js';
import { encounterObservationOf } from '../encounters/observation.js';
import { medicationRequestOf, procedureOf } from '../encounters/orders.js';
import { keptElements, residentPlaceholder } from '../kept.js';
import { keptPart, resourceId } from '../resource-ids.js';
import { codeIn } from './elements.js';
import { resourceOf, type SentEntry } from './entries.js';
import { type JsonObject, objectOf, objectsOf, textOf } from './json.js';
import { keptKey, mostEventText } from './kept-whole.js';
import type { MessageDraft } from './message-draft.js';
import type { PersonDraft, Rewrite } from './person-draft.js';
import { diagnosisWords, readDiagnosis } from './read-condition.js';
import { type EncounterFrame, episodeOf, readEncounter } from './read-encounter.js';
import { readObservation, type ReadObservation } from './read-observation.js';
import { readMedication, readService } from './read-orders.js';
import { paperTarget, sentPaper, unnamed, visitId } from './sent-content.js';

/** A line of the visit and the entry it was read from. */
interface Told<Line> {
  readonly entry: SentEntry;
  readonly line: Line;
}

/** A resource of the record, made of the content alone, and the entry it stands for. */
interface Made {
  readonly entry: SentEntry;
  readonly resource: object & { readonly resourceType: string };
  readonly part: string;
}

type VitalsTold = Extract<ReadObservation, { kind: 'vitals' }>;

/** One Encounter of a message with everything that is of it. */
export class VisitDraft {
  readonly #diagnoses: SentEntry[] = [];
  readonly #vitals = new Map<string, Told<VitalsTold>>();
  readonly #results: Told<ResultLine>[] = [];
  readonly #notes: Told<ClinicalNote>[] = [];
  readonly #medications: Told<MedicationLine>[] = [];
  readonly #services: Told<ServiceLine>[] = [];
  readonly #reports: SentEntry[] = [];
  readonly #whole: SentEntry[] = [];
  #treatment: Told<string> | undefined;
  #transfer: Told<TransferPaper> | undefined;
  #madeOnce: readonly Made[] | undefined;
  readonly #episode: EpisodeNumber;
  readonly #id: string;

  private constructor(
    private readonly message: MessageDraft,
    private readonly facility: FacilityCode,
    private readonly encounter: SentEntry,
    private readonly person: PersonDraft,
    private readonly frame: EncounterFrame,
  ) {
    this.#episode = episodeOf(resourceOf(encounter), facility) ?? this.#derivedEpisode();
    this.#id = visitId(facility, this.#episode);
  }

  /** `undefined` for an Encounter that is no visit: planned, called off, or without a beginning. */
  static of(
    message: MessageDraft,
    facility: FacilityCode,
    encounter: SentEntry,
    person: PersonDraft,
  ): VisitDraft | undefined {
    const resource = resourceOf(encounter);
    const practitioner = objectsOf(resource['participant'])
      .flatMap((one) => message.certificate(objectOf(one['individual']), encounter) ?? [])
      .at(0);
    const frame = readEncounter(resource, practitioner);
    return frame && new VisitDraft(message, facility, encounter, person, frame);
  }

  get episode(): EpisodeNumber {
    return this.#episode;
  }

  get day(): LocalDate {
    return dayPart(this.frame.start);
  }

  get entries(): readonly SentEntry[] {
    return [
      this.encounter,
      ...this.#diagnoses,
      ...[...this.#vitals.values(), ...this.#results, ...this.#notes, ...this.#medications, ...this.#services].map(
        ({ entry }) => entry,
      ),
      ...(this.#treatment ? [this.#treatment.entry] : []),
      ...(this.#transfer ? [this.#transfer.entry] : []),
      ...this.#reports,
      ...this.#whole,
    ];
  }

  /** How the Encounter names a Condition as its diagnosis; `undefined` when it does not. */
  diagnosisOf(condition: SentEntry): JsonObject | undefined {
    return objectsOf(this.encounter.resource?.['diagnosis']).find(
      (one) => this.message.follow(objectOf(one['condition']), this.encounter) === condition.resource,
    );
  }

  add(entry: SentEntry): void {
    const resource = resourceOf(entry);
    switch (resource['resourceType']) {
      case 'Condition':
        return readDiagnosis(resource, false) ? void this.#diagnoses.push(entry) : this.#keep(entry);
      case 'Observation':
        return this.#observation(entry, readObservation(resource));
      case 'MedicationRequest': {
        const medication = this.message.follow(objectOf(resource['medicationReference']), entry);
        const practitioner = this.message.certificate(objectOf(resource['requester']), entry);
        const line = readMedication(resource, medication);
        if (!line) return this.#keep(entry);
        this.#medications.push({ entry, line: { ...line, ...(practitioner !== undefined && { practitioner }) } });
        return;
      }
      case 'Procedure': {
        const line = readService(resource);
        return line && isProcedure(line) ? void this.#services.push({ entry, line }) : this.#keep(entry);
      }
      case 'ServiceRequest': {
        const paper = this.#transfer ? undefined : this.person.paperOf(entry);
        if (paper) this.#transfer = { entry, line: paper };
        else this.#keep(entry);
        return;
      }
      case 'DiagnosticReport':
        return void this.#reports.push(entry);
      case 'Immunization':
        return this.person.immunization(entry);
      case 'Coverage':
        return this.person.coverage(entry);
      default:
        return this.#keep(entry);
    }
  }

  /** Where each entry of the visit can be read. */
  targets(): readonly (readonly [SentEntry, string])[] {
    return [
      ...this.#made().map(
        ({ entry, resource, part }) => [entry, `${resource.resourceType}/${resourceId(this.#id, part)}`] as const,
      ),
      ...this.#keptWhole().map(
        (entry) =>
          [entry, `${entry.resource?.resourceType}/${resourceId(this.#id, keptPart(keptKey(entry)))}`] as const,
      ),
      ...(this.#transfer ? [[this.#transfer.entry, paperTarget(this.#transfer.line)] as const] : []),
    ];
  }

  content(
    rewrite: Rewrite,
    about: { readonly cards: readonly InsuranceCard[]; readonly residence: Residence | undefined },
  ): VisitContent {
    const visit = this.#lines(about);
    const kept = new Map<SentEntry, KeptElements>();
    for (const { entry, resource } of this.#made()) {
      const elements = keptElements(rewrite(entry, resourceOf(entry)), resource);
      if (elements) kept.set(entry, elements);
    }
    const keptOf = <Line extends object>(told: readonly Told<unknown>[], lines: readonly Line[]): readonly Line[] =>
      lines.map((line, index) => withElements(line, told[index]?.entry, kept));
    const encounter = kept.get(this.encounter);
    const vitals = [...this.#vitals].flatMap(([measure, { entry }]) => {
      const elements = kept.get(entry);
      return elements ? [[measure, elements] as const] : [];
    });
    const reports = this.#made().flatMap(({ entry, part, resource }) => {
      const elements = resource.resourceType === 'DiagnosticReport' ? kept.get(entry) : undefined;
      return elements ? [[part, elements] as const] : [];
    });
    const whole = this.#keptWhole();
    const transfer = this.#transfer;
    const treatment = this.#treatment;
    const content: VisitContent = {
      ...visit,
      diagnoses: visit.diagnoses.map((line, index) => withElements(line, this.#diagnoses[index], kept)),
      results: keptOf(this.#results, visit.results),
      notes: keptOf(this.#notes, visit.notes),
      medications: keptOf(this.#medications, visit.medications),
      services: keptOf(this.#services, visit.services),
      ...(transfer && {
        transfer: sentPaper(transfer.line, rewrite(transfer.entry, resourceOf(transfer.entry)), this.#episode),
      }),
      ...(encounter && { kept: encounter }),
      ...((vitals.length + reports.length > 0 || (treatment && kept.has(treatment.entry))) && {
        keptObservations: Object.fromEntries([
          ...vitals,
          ...reports,
          ...(treatment && kept.has(treatment.entry) ? [['treatment', kept.get(treatment.entry)]] : []),
        ]) as Record<string, KeptElements>,
      }),
      ...(whole.length > 0 && {
        keptResources: whole.map((entry) => this.message.whole(entry, rewrite(entry, resourceOf(entry)))),
      }),
    };
    if (this.message.large && JSON.stringify(content).length > mostEventText)
      this.message.fault(this.encounter, 'too-large', 'error');
    return content;
  }

  #keep(entry: SentEntry): void {
    this.#whole.push(entry);
  }

  /** Of several measurements of one kind the last stands in the visit; the others are kept as they are. */
  #observation(entry: SentEntry, read: ReadObservation | undefined): void {
    switch (read?.kind) {
      case 'vitals': {
        const known = this.#vitals.get(read.measure);
        if (known && later(known.line.at, read.at, this.frame.start)) return this.#keep(entry);
        if (known) this.#keep(known.entry);
        this.#vitals.set(read.measure, { entry, line: read });
        return;
      }
      case 'result':
        this.#results.push({ entry, line: read.line });
        return;
      case 'note':
        this.#notes.push({ entry, line: read.note });
        return;
      case 'treatment':
        if (this.#treatment) this.#keep(entry);
        else this.#treatment = { entry, line: read.text };
        return;
      default:
        this.#keep(entry);
    }
  }

  /** The visit without what was kept. */
  #lines({
    cards,
    residence,
  }: {
    readonly cards: readonly InsuranceCard[];
    readonly residence: Residence | undefined;
  }): VisitContent {
    const main = this.#mainDiagnosis();
    const vitals: Vitals = Object.assign({}, ...[...this.#vitals.values()].map(({ line }) => line.vitals)) as Vitals;
    const fromNote = [...this.#vitals.values()].some(({ line }) => line.fromNote);
    const words = main && diagnosisWords(resourceOf(main));
    return {
      facility: this.facility,
      episode: this.#episode,
      ...this.frame,
      insured: cards.length > 0,
      cards,
      ...(residence && { residence }),
      ...(words !== undefined && { dischargeDiagnosis: words }),
      diagnoses: this.#diagnoses.flatMap((entry): readonly Diagnosis[] => {
        const read = readDiagnosis(resourceOf(entry), entry === main);
        return read ? [read] : [];
      }),
      vitals,
      ...(this.#vitals.size > 0 && { vitalsSource: fromNote ? ('note' as const) : ('measured' as const) }),
      medications: this.#medications.map(({ line }) => this.#unlessAtStart(line, 'prescribedAt')),
      services: this.#services.map(({ line }) => this.#unlessAtStart(line, 'performedAt')),
      results: this.#results.map(({ line }) => this.#unlessAtStart(line, 'at')),
      notes: this.#notes.map(({ line }) => this.#unlessAtStart(line, 'at')),
      ...(this.#treatment && { treatment: this.#treatment.line }),
      ...(this.#transfer && { transfer: this.#transfer.line }),
    };
  }

  /** A line that does not say when it was means the beginning of the visit. */
  #unlessAtStart<Line extends object>(line: Line, field: keyof Line): Line {
    if (line[field] !== this.frame.start) return line;
    const { [field]: _, ...rest } = line;
    return rest as Line;
  }

  /** The one the Encounter ranks first or calls a discharge or billing diagnosis; else its first, else the first there is. */
  #mainDiagnosis(): SentEntry | undefined {
    const named = this.#diagnoses.map((entry) => ({ entry, diagnosis: this.diagnosisOf(entry) }));
    const ranked = named.find(({ diagnosis }) => diagnosis?.['rank'] === 1);
    const used = named.find(({ diagnosis }) => {
      const use = objectOf(diagnosis?.['use']);
      return ['DD', 'billing'].includes(textOf(objectsOf(use?.['coding'])[0]?.['code']) ?? '');
    });
    const comorbid = ({ diagnosis }: (typeof named)[number]): boolean =>
      codeIn(diagnosis?.['use'], 'http://terminology.hl7.org/CodeSystem/diagnosis-role') === 'CM';
    return (ranked ?? used ?? named.find((one) => !comorbid(one)))?.entry;
  }

  /** Reports of other results than the record reports by itself are kept as they are. */
  #keptWhole(): readonly SentEntry[] {
    const made = new Set(this.#made().map(({ entry }) => entry));
    const reports = this.#reports.filter((entry) => !made.has(entry));
    return [...this.#whole, ...reports].toSorted((one, other) => one.index - other.index);
  }

  /** The report that was sent of exactly these results. */
  #reportOf(results: readonly (SentEntry | undefined)[]): SentEntry | undefined {
    const wanted = new Set(results.map((entry) => entry?.resource));
    return this.#reports.find((report) => {
      const sent = objectsOf(report.resource?.['result']).map((one) => this.message.follow(one, report));
      return sent.length === wanted.size && sent.every((one) => wanted.has(one));
    });
  }

  /** Resources the record makes of the content, each with the entry it stands for; known once all entries are there. */
  #made(): readonly Made[] {
    this.#madeOnce ??= this.#make(this.#lines({ cards: [], residence: undefined }));
    return this.#madeOnce;
  }

  #make(visit: VisitContent): readonly Made[] {
    const document: VisitDocument = { kind: 'visit', resident: residentPlaceholder as ResidentId, visit };
    const content: EncounterContent = encounterContent(document);
    const observations = (kind: string): EncounterContent['observations'] =>
      content.observations.filter((part) => part.kind === kind);
    const made: Made[] = [
      { entry: this.encounter, part: '', resource: encounterOf(this.#id, document, content, unnamed) },
    ];
    const pair = <Part extends { readonly part: string }>(
      parts: readonly Part[],
      entries: readonly (SentEntry | undefined)[],
      resourceOf: (part: Part) => Made['resource'],
    ): void => {
      parts.forEach((part, index) => {
        const entry = entries[index];
        if (entry) made.push({ entry, part: part.part, resource: resourceOf(part) });
      });
    };
    const observationOf = (part: EncounterContent['observations'][number]): Made['resource'] =>
      encounterObservationOf(this.#id, document, content, part, unnamed);
    pair(content.conditions, this.#diagnoses, (part) => encounterConditionOf(this.#id, document, content, part));
    const vitals = content.observations.filter((part) => part.kind === 'vital' || part.kind === 'blood-pressure');
    pair(
      vitals,
      vitals.map((part) => this.#vitals.get(part.kind === 'vital' ? part.sign.measure : 'bp')?.entry),
      observationOf,
    );
    pair(observations('result'), entriesOf(this.#results), observationOf);
    const results = new Map(observations('result').map(({ part }, index) => [part, this.#results[index]?.entry]));
    pair(
      content.reports,
      content.reports.map((report) => this.#reportOf(report.results.map((part) => results.get(part)))),
      (part) => diagnosticReportOf(this.#id, document, part, unnamed),
    );
    pair(
      observations('note'),
      [...entriesOf(this.#notes), ...(this.#treatment ? [this.#treatment.entry] : [])],
      observationOf,
    );
    pair(content.medications, entriesOf(this.#medications), (part) => medicationRequestOf(this.#id, document, part));
    pair(content.procedures, entriesOf(this.#services), (part) => procedureOf(this.#id, document, part, unnamed));
    return made;
  }

  /** The same when the message comes again: made of whose encounter it is, where its sender keeps it, else when it began. */
  #derivedEpisode(): EpisodeNumber {
    const { method, url, fullUrl, resource } = this.encounter;
    const kept =
      (method === 'PUT' && !url.includes('?') ? url : undefined) ??
      (fullUrl !== undefined && /^https?:/.test(fullUrl) ? fullUrl : undefined) ??
      `${textOf(resource?.['id']) ?? ''} ${this.frame.start}`;
    const hash = createHash('sha256').update(`${this.person.signature}\u0000${kept}`).digest('hex');
    return `fhir-${hash.slice(0, 24)}` as EpisodeNumber;
  }
}

function entriesOf(told: readonly Told<unknown>[]): readonly SentEntry[] {
  return told.map(({ entry }) => entry);
}

function withElements<Line extends object>(
  line: Line,
  entry: SentEntry | undefined,
  kept: ReadonlyMap<SentEntry, KeptElements>,
): Line {
  const elements = entry && kept.get(entry);
  return elements ? { ...line, kept: elements } : line;
}

/** Whether the first was measured after the second. */
function later(first: DateTime | undefined, second: DateTime | undefined, start: DateTime): boolean {
  return epochOf(first ?? start) > epochOf(second ?? start);
}

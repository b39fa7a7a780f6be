import type { LocalDate } from '#domain/dates.js';

import type { EpisodeNumber, FacilityCode, ResidentId } from '#domain/ids.js';
import { parseResidentId } from '#domain/ids.js';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import { keptResourceId } from '../resource-ids.js';
import { visitId } from './sent-content.js';
import { residentPlaceholder } from '../kept.js';
import { terminologyTypes, typesAboutNobody } from '../kept-types.js';
import { facilityCodeSystem } from '../systems.js';
import { certificateOf, facilityOf } from './elements.js';
import { resourceOf, type SentEntry } from './entries.js';
import { type JsonObject, objectOf, objectsOf, type SentResource, textOf } from './json.js';
import { keptKey, mostEventText, wholeResource } from './kept-whole.js';
import { PersonDraft } from './person-draft.js';
import { episodeNamed, episodeOf } from './read-encounter.js';
import type { KnownPerson, ReadRecord, ReadWithdrawal } from './read-bundle.js';
import { residentIdentifier } from './read-patient.js';
import { readingFault, type ReadingFault, type ReadingFaultCode } from './reading-fault.js';
import { subjectsOf } from './subjects.js';
import { eachReference, References, residentReference, type Resolution, rewritten } from './references.js';
import { VisitDraft } from './visit-draft.js';

export interface DraftContext {
  readonly facility: FacilityCode;
  /** When the message was written, for persons without a visit in it. */
  readonly statedOn: LocalDate;
  /** A document tells of other facilities' encounters too. */
  readonly documents: boolean;
  /** The body is so large that parts of it may be too large. */
  readonly large: boolean;
}

export interface Place {
  readonly record?: number;
  readonly target?: string;
}

export interface DraftedMessage {
  readonly records: readonly ReadRecord[];
  readonly kept: readonly KeptResource[];
  readonly withdrawals: readonly ReadWithdrawal[];
  readonly places: ReadonlyMap<number, Place>;
  readonly faults: ReadonlyMap<number, readonly ReadingFault[]>;
}

const aboutNobody: ReadonlySet<string> = new Set([...typesAboutNobody, ...terminologyTypes]);

/** The entries of one message, sorted by person and visit; then read, each with its references leading to where the others will be. */
export class MessageDraft {
  readonly #references: References;
  readonly #persons = new Map<string, PersonDraft>();
  readonly #visits = new Map<SentEntry, VisitDraft>();
  readonly #episodes = new Set<EpisodeNumber>();
  readonly #faults = new Map<number, ReadingFault[]>();
  readonly #nobody: SentEntry[] = [];
  readonly #withdrawn = new Map<SentEntry, EpisodeNumber>();
  #otherProvider: FacilityCode | undefined;

  constructor(
    private readonly entries: readonly SentEntry[],
    private readonly context: DraftContext,
  ) {
    this.#references = new References(entries);
  }

  /** Another facility that an encounter of the message is of. */
  get otherProvider(): FacilityCode | undefined {
    return this.#otherProvider;
  }

  read(): DraftedMessage {
    for (const entry of this.#ofTypes('Patient')) this.#person(entry);
    for (const entry of this.#ofTypes('Encounter')) this.#encounter(entry);
    for (const entry of this.entries)
      if (entry.method === 'DELETE') this.#withdraw(entry, episodeNamed(entry.url, this.context.facility));
    for (const entry of this.entries) {
      const type = entry.resource?.resourceType;
      if (type !== 'Patient' && !this.#visits.has(entry) && !this.#withdrawn.has(entry)) this.#place(entry);
    }
    const places = this.#targets();
    this.#checkReferences(places);
    const rewrite = (entry: SentEntry, resource: JsonObject): JsonObject =>
      rewritten(resource, (reference) => this.#target(reference, entry, places)) as JsonObject;
    const records = [...this.#persons.values()].map((person) => person.record(rewrite, this.#faults));
    const kept = this.#nobody.map((entry) => this.#whole(entry, rewrite));
    const withdrawals = [...this.#withdrawn].map(([{ path }, episode]) => ({ path, episode }));
    return { records, kept, withdrawals, places, faults: this.#faults };
  }

  get large(): boolean {
    return this.context.large;
  }

  /** The facility that a reference leads to by an Organization of the message. */
  facilityNamed(reference: JsonObject | undefined, from: SentEntry): FacilityCode | undefined {
    return reference && (facilityOf(reference) ?? facilityOf(this.follow(reference, from)));
  }

  /** The resource of the message a reference leads to; contained ones included. */
  follow(reference: JsonObject | undefined, from: SentEntry): SentResource | undefined {
    if (!reference) return undefined;
    const found = this.#references.resolve(reference, from);
    if (found.kind === 'entry') return found.entry.resource;
    if (found.kind !== 'own' || !found.reference.startsWith('#')) return undefined;
    return objectsOf(from.resource?.['contained']).find((one) => one['id'] === found.reference.slice(1)) as
      SentResource | undefined;
  }

  /** Certificate number of the practitioner a reference leads to. */
  certificate(reference: JsonObject | undefined, from: SentEntry): string | undefined {
    return (
      reference &&
      (certificateOf(objectOf(reference['identifier']) ? identified(reference) : undefined) ??
        certificateOf(this.follow(reference, from)))
    );
  }

  fault(entry: SentEntry, code: ReadingFaultCode, severity: ReadingFault['severity'], element = ''): void {
    const path = element === '' ? entry.path : `${entry.path}.${element}`;
    this.#listed(entry.index).push(readingFault(path, code, severity));
  }

  /** A fault found while an entry was read. */
  add({ index }: SentEntry, fault: ReadingFault): void {
    this.#listed(index).push(fault);
  }

  #listed(index: number): ReadingFault[] {
    const known = this.#faults.get(index);
    if (known) return known;
    const made: ReadingFault[] = [];
    this.#faults.set(index, made);
    return made;
  }

  #ofTypes(type: string): readonly SentEntry[] {
    return this.entries.filter((entry) => entry.resource?.resourceType === type);
  }

  #person(entry: SentEntry): PersonDraft {
    return this.#personKeyed(`entry ${entry.index}`, () => new PersonDraft(this, this.context, entry, entry));
  }

  #personKeyed(key: string, make: () => PersonDraft): PersonDraft {
    const known = this.#persons.get(key);
    if (known) return known;
    const made = make();
    this.#persons.set(key, made);
    return made;
  }

  #encounter(entry: SentEntry): void {
    const { resource } = entry;
    const person = resource && this.#subject(entry);
    if (!person) return;
    const provider = this.facilityNamed(objectOf(resource['serviceProvider']), entry);
    if (provider !== undefined && provider !== this.context.facility) {
      if (this.context.documents) this.fault(entry, 'encounter-of-another-facility', 'information', 'serviceProvider');
      else this.#otherProvider = provider;
      return;
    }
    if (resource['status'] === 'entered-in-error')
      return this.#withdraw(entry, episodeOf(resource, this.context.facility));
    const visit = VisitDraft.of(this, this.context.facility, entry, person);
    if (!visit) return;
    // The second would replace the first, and what is of it.
    if (this.#episodes.has(visit.episode)) return this.fault(entry, 'duplicate-encounter', 'error', 'identifier');
    this.#episodes.add(visit.episode);
    this.#visits.set(entry, visit);
    person.visits.push(visit);
  }

  #withdraw(entry: SentEntry, episode: EpisodeNumber | undefined): void {
    if (episode === undefined) this.fault(entry, 'withdrawal-unnamed', 'error');
    else this.#withdrawn.set(entry, episode);
  }

  #place(entry: SentEntry): void {
    const { resource } = entry;
    if (!resource) return;
    const visit = this.#visitOf(entry);
    if (visit) return visit.add(entry);
    const person = this.#subject(entry);
    if (person) return person.add(entry);
    if (this.#faults.get(entry.index)?.some(({ severity }) => severity === 'error') === true) return;
    const [onlyVisit, ...otherVisits] = this.#visits.values();
    if (onlyVisit && otherVisits.length === 0) return onlyVisit.add(entry);
    const [onlyPerson, ...otherPersons] = this.#persons.values();
    if (onlyPerson && otherPersons.length === 0) return onlyPerson.add(entry);
    if (aboutNobody.has(resource.resourceType)) this.#nobody.push(entry);
    else this.fault(entry, 'no-patient', 'error');
  }

  /** The visit a resource says it is of, or that names it as a diagnosis. */
  #visitOf(entry: SentEntry): VisitDraft | undefined {
    const { resource } = entry;
    const reference = objectOf(resource?.['encounter']) ?? objectOf(resource?.['context']);
    const found = reference && this.#references.resolve(reference, entry);
    if (found?.kind === 'entry') return this.#visits.get(found.entry);
    if (resource?.resourceType !== 'Condition') return undefined;
    return [...this.#visits.values()].find((visit) => visit.diagnosisOf(entry) !== undefined);
  }

  /** The person a resource is about. A reference to somebody who is not to be found is a fault. */
  #subject(entry: SentEntry): PersonDraft | undefined {
    for (const { element, reference } of subjectsOf(entry.resource)) {
      const found = this.#whom(reference, entry);
      if (found.kind === 'entry') {
        if (found.entry.resource?.resourceType === 'Patient') return this.#person(found.entry);
        continue;
      }
      const known = this.#knownPerson(found);
      if (known) {
        const key = known.kind === 'resident' ? known.resident : `${known.number.system} ${known.number.value}`;
        return this.#personKeyed(key, () => new PersonDraft(this, this.context, entry, known));
      }
      if (this.#namesPatient(reference, entry))
        this.fault(entry, found.kind === 'ambiguous' ? 'reference-ambiguous' : 'patient-not-found', 'error', element);
    }
    return undefined;
  }

  /** Whom a reference leads to. A patient inside the resource is known by a number of theirs, like one named by it alone. */
  #whom(reference: JsonObject, from: SentEntry): Resolution {
    const found = this.#references.resolve(reference, from, 'Patient');
    const inside = found.kind === 'own' ? this.follow(reference, from) : undefined;
    if (inside?.resourceType !== 'Patient') return found;
    const numbers = objectsOf(inside['identifier']).map((identifier) =>
      this.#references.resolve({ identifier }, from, 'Patient'),
    );
    return (
      numbers.find(({ kind }) => kind === 'entry') ??
      numbers.find((number) => this.#knownPerson(number) !== undefined) ?? { kind: 'outside' }
    );
  }

  /** Whether a reference means a patient, be they found or not: what it stands in is nobody else's. */
  #namesPatient(reference: JsonObject, from: SentEntry): boolean {
    const literal = textOf(reference['reference']);
    if (literal === undefined)
      return reference['identifier'] !== undefined && (textOf(reference['type']) ?? 'Patient') === 'Patient';
    return (
      /(^|\/)Patient[/?]/.test(literal) ||
      (literal.startsWith('#') && this.follow(reference, from)?.resourceType === 'Patient')
    );
  }

  #knownPerson(found: Resolution): KnownPerson | undefined {
    if (found.kind === 'own' && found.reference.startsWith('Patient/')) {
      const resident: ResidentId | undefined = parseResidentId(found.reference.slice('Patient/'.length));
      return resident && { kind: 'resident', resident };
    }
    if (found.kind !== 'search' || found.type !== 'Patient') return undefined;
    const bar = found.identifier.indexOf('|');
    const sent = { system: found.identifier.slice(0, Math.max(bar, 0)), value: found.identifier.slice(bar + 1) };
    const number = residentIdentifier(sent, this.context.facility);
    return number && { kind: 'number', number };
  }

  /** Where every entry will be read. */
  #targets(): ReadonlyMap<number, Place> {
    const places = new Map<number, Place>();
    [...this.#persons.values()].forEach((person, record) => {
      for (const [entry, target] of person.targets()) places.set(entry.index, { record, target });
    });
    for (const entry of this.#nobody) {
      const resourceType = entry.resource?.resourceType ?? '';
      places.set(entry.index, { target: `${resourceType}/${keptResourceId(this.context.facility, keptKey(entry))}` });
    }
    for (const [entry, episode] of this.#withdrawn)
      places.set(entry.index, { target: `Encounter/${visitId(this.context.facility, episode)}` });
    return places;
  }

  #target(reference: JsonObject, from: SentEntry, places: ReadonlyMap<number, Place>): string | undefined {
    const found = this.#references.resolve(reference, from);
    if (found.kind === 'entry') {
      const facility = facilityOf(
        found.entry.resource?.resourceType === 'Organization' ? found.entry.resource : undefined,
      );
      return facility ? `Organization/${facility}` : places.get(found.entry.index)?.target;
    }
    if (found.kind === 'search') {
      if (found.type === 'Patient') return residentReference;
      const [system, value] = found.identifier.split('|');
      return found.type === 'Organization' && system === facilityCodeSystem ? `Organization/${value}` : undefined;
    }
    return found.kind === 'own' && isPatientId(found.reference) && this.#persons.has(found.reference.slice(8))
      ? residentReference
      : undefined;
  }

  #checkReferences(places: ReadonlyMap<number, Place>): void {
    for (const entry of this.entries) {
      eachReference(entry.resource ?? null, entry.path, (reference, path) => {
        const literal = textOf(reference['reference']) ?? '';
        const found = this.#references.resolve(reference, entry);
        const lost =
          (found.kind === 'outside' && !/^[a-z][a-z+.-]*:/i.test(literal)) ||
          (found.kind === 'outside' && literal.startsWith('urn:uuid:')) ||
          found.kind === 'ambiguous' ||
          (found.kind === 'search' && this.#target(reference, entry, places) === undefined);
        if (!lost || this.#faults.get(entry.index)?.some((fault) => fault.path.startsWith(path)) === true) return;
        const code = found.kind === 'ambiguous' ? 'reference-ambiguous' : 'reference-not-found';
        // What a message promises to bring along, or to be found by a condition, must be there.
        const severity = found.kind !== 'outside' || literal.startsWith('urn:uuid:') ? 'error' : 'warning';
        this.#listed(entry.index).push(readingFault(`${path}.reference`, code, severity));
      });
    }
  }

  #whole(entry: SentEntry, rewrite: (entry: SentEntry, resource: JsonObject) => JsonObject): KeptResource {
    return this.whole(entry, rewrite(entry, resourceOf(entry)));
  }

  /** @param resource of the entry, its references rewritten */
  whole(entry: SentEntry, resource: JsonObject): KeptResource {
    const kept = wholeResource(entry, resource);
    if (this.context.large && JSON.stringify(kept).length > mostEventText) this.fault(entry, 'too-large', 'error');
    return kept;
  }
}

/** A reference as something that has an identifier, in a list as resources have it. */
function identified(reference: JsonObject): JsonObject {
  const identifier = objectOf(reference['identifier']);
  return identifier ? { identifier: [identifier] } : reference;
}

const isPatientId = (reference: string): boolean =>
  reference.startsWith('Patient/') && !reference.includes(residentPlaceholder);

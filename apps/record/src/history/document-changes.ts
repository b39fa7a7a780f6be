import { type RecordResource } from '#fhir/translation.js';
import type { Visibility } from '../access/visibility.js';
import { notFound } from '../http/fhir-fault.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import { documentOf } from '../search/criteria.js';
import { nameOf } from '../search/inclusions.js';
import type { DocumentHistory } from './document-history.js';
import { type DocumentState, inState } from './document-states.js';

/** What one event made of one resource. */
export interface Change {
  readonly type: string;
  readonly id: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly recorded: number;
  /** `undefined` when it was withdrawn. */
  readonly resource: ServedResource | undefined;
  /** Whether it was there before. */
  readonly existed: boolean;
  /** When the next version came, in milliseconds since 1970; absent of the newest. */
  readonly until?: number;
}

/** The changes of resources, made from the states of their documents, as far as a caller may see them. */
export class DocumentChanges {
  constructor(
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
    private readonly history: DocumentHistory,
  ) {}

  /**
   * Every version of a resource, oldest first.
   * @throws FhirFault 404 when there is none, or none that is the caller's to read
   */
  async ofResource(type: string, id: string, visibility: Visibility): Promise<readonly Change[]> {
    const document = documentOf(type, id);
    const [stored] = document === undefined ? [] : await this.documents.visibleById(document, visibility);
    if (!stored || stored.version === 0) throw notFound();
    const changes: Change[] = [];
    let existed = false;
    const states = await this.states(stored, visibility);
    if (this.#withheldEver(stored, states, visibility)(`${type}/${id}`)) throw notFound();
    for (const [index, state] of states.entries()) {
      const resource = this.#resources(stored, state, visibility).find(
        (one) => one.resourceType === type && one.id === id,
      );
      if (resource || existed) changes.push(changeOf(type, id, state, states[index + 1], resource, existed));
      existed = resource !== undefined;
    }
    if (changes.length === 0) throw notFound();
    return changes;
  }

  /**
   * States of a document that the caller may see now. One that told of another resident is shown to those who may read that
   * resident's record as well.
   */
  async states(stored: StoredDocument, visibility: Visibility): Promise<readonly DocumentState[]> {
    const states = await this.history.states(stored);
    if (visibility.kind === 'everybody') return states;
    const open = new Map<string, boolean>();
    for (const { document } of states) {
      const resident = residentOf(document);
      if (resident !== undefined && !open.has(resident)) open.set(resident, await this.#open(resident, visibility));
    }
    return states.filter(({ document }) => open.get(residentOf(document) ?? '') ?? true);
  }

  /** What the event of a version made of the document's resources; nothing where that version is not among the states. */
  ofVersion(
    stored: StoredDocument,
    version: number,
    states: readonly DocumentState[],
    visibility: Visibility,
  ): readonly Change[] {
    const state = states.find((one) => one.version === version);
    if (!state) return [];
    const former = states.find((one) => one.version === version - 1);
    const next = states.find((one) => one.version === version + 1);
    const withheld = this.#withheldEver(stored, states, visibility);
    const shown = (one: DocumentState): readonly RecordResource[] =>
      this.#resources(stored, one, visibility).filter((resource) => !withheld(nameOf(resource)));
    const before = new Map((former ? shown(former) : []).map((one) => [nameOf(one), one]));
    const now = shown(state);
    const left = new Set(now.map(nameOf));
    return [
      ...now.map((one) => changeOf(one.resourceType, one.id ?? '', state, next, one, before.has(nameOf(one)))),
      ...[...before.values()]
        .filter((one) => !left.has(nameOf(one)))
        .map((one) => changeOf(one.resourceType, one.id ?? '', state, next, undefined, true)),
    ];
  }

  async #open(resident: string, visibility: Visibility): Promise<boolean> {
    const found = await this.documents.numberOf(resident);
    return found !== undefined && this.documents.visible({ ...found, id: resident }, visibility);
  }

  /** What was withheld at one time is withheld of all times: a version that is missing would tell. */
  #withheldEver(
    stored: StoredDocument,
    states: readonly DocumentState[],
    visibility: Visibility,
  ): (name: string) => boolean {
    const names = new Set<string>();
    for (const state of states) {
      const withheld = this.reader.withheld(inState(stored, state), visibility);
      if (withheld === 'all') return () => true;
      for (const name of withheld) names.add(name);
    }
    return (name) => names.has(name);
  }

  #resources(stored: StoredDocument, state: DocumentState, visibility: Visibility): readonly RecordResource[] {
    return this.reader.resources(inState(stored, state), visibility);
  }
}

function residentOf(document: DocumentState['document']): string | undefined {
  return document && 'resident' in document ? document.resident : undefined;
}

function changeOf(
  type: string,
  id: string,
  { version, event }: DocumentState,
  next: DocumentState | undefined,
  resource: ServedResource | undefined,
  existed: boolean,
): Change {
  return {
    type,
    id,
    version: String(version),
    recorded: Date.parse(event.recordedAt),
    resource,
    existed,
    ...(next && { until: Date.parse(next.event.recordedAt) }),
  };
}

import type { Bundle } from '@medplum/fhirtypes';
import type { EventStore } from '#event-store/event-store.js';
import { targetOf } from '#fhir/provenance.js';
import type { Visibility } from '../access/visibility.js';
import { type DocumentState, inState, statesOf } from '../history/document-states.js';
import type { StoredDocument } from '../reading/stored-documents.js';
import type { CopiedDocument, CopiedRecord } from './copied-record.js';

/** Resources that were there before a moment and are not any more: what a withdrawal took, and what an amended document left out. */
export class Deletions {
  constructor(
    private readonly record: CopiedRecord,
    private readonly since: number,
    private readonly visibility: Visibility,
    private readonly events: Pick<EventStore, 'readStream'>,
    private readonly holds: (type: string) => boolean,
  ) {}

  /** As a transaction that deletes them; `undefined` where there are none. */
  async of(copied: CopiedDocument): Promise<Bundle | undefined> {
    const left = new Set(copied.resources.map(targetOf));
    const gone = (await this.#before(copied)).filter(
      (name) => !left.has(name) && this.holds(name.slice(0, name.indexOf('/'))),
    );
    if (gone.length === 0) return undefined;
    return {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: gone.map((url) => ({ request: { method: 'DELETE', url } })),
    };
  }

  /** Names of what was shown of the document before the moment. */
  async #before({ stored, stream }: CopiedDocument): Promise<readonly string[]> {
    const { kind, id, version, document } = stored;
    // What many streams tell has no stream of its own. The one thing a programme can lose is itself.
    if (kind === 'practitioner') return [];
    if (kind === 'programme')
      return document?.kind === 'programme' && document.visits.length === 0 ? [`EpisodeOfCare/${id}`] : [];
    if (version < 2) return [];
    const states = statesOf(await this.events.readStream(stream), version);
    const before = states.findLast(({ event }) => Date.parse(event.recordedAt) < this.since);
    if (!before?.document || !this.#maySee(before, stored)) return [];
    const withheld = new Set<string>();
    for (const state of states) {
      const names = this.record.made.withheld(inState(stored, state), this.visibility);
      // What was withheld once is withheld always: that it is gone would tell that it was there.
      if (names === 'all') return [];
      for (const name of names) withheld.add(name);
    }
    return this.record.made
      .of(inState(stored, before), this.visibility)
      .map(targetOf)
      .filter((name) => !withheld.has(name));
  }

  /** A document that told of another person told of somebody whom the caller may know nothing of. */
  #maySee({ document: before }: DocumentState, { document: now }: StoredDocument): boolean {
    return this.visibility.kind === 'everybody' || !now || residentOf(before) === residentOf(now);
  }
}

const residentOf = (document: StoredDocument['document']): string | undefined =>
  document && 'resident' in document ? document.resident : undefined;

import type { TranslationContext } from '#fhir/elements.js';
import { targetOf } from '#fhir/provenance.js';
import { type RecordResource, resourcesOf } from '#fhir/translation.js';
import { type ShownResource, shownResources } from '../access/shown-resources.js';
import type { Shown } from '../access/visibility.js';
import { asMerged } from './merged-resources.js';
import type { StoredDocument } from './stored-documents.js';

/** The resources that a document makes, as a caller may see them; needs the document alone. */
export class DocumentResources {
  /** A document that was read once may be asked for its resources several times: its Provenance names them all. */
  readonly #translated = new WeakMap<StoredDocument, readonly RecordResource[]>();

  constructor(readonly context: TranslationContext) {}

  /** Those that are shown; none after a retraction. */
  of(stored: StoredDocument, shown: Shown): readonly RecordResource[] {
    return this.#shown(stored, shown).flatMap(({ resource }) => (resource ? [resource] : []));
  }

  /** Of which resources, by name, something is not shown; `all` when nothing is. */
  withheld(stored: StoredDocument, shown: Shown): readonly string[] | 'all' {
    const all = this.#all(stored);
    const names = this.#shown(stored, shown).flatMap(({ resource, redacted }, index) => {
      const whole = all[index];
      return whole && (!resource || redacted) ? [targetOf(whole)] : [];
    });
    return names.length > 0 && names.length === all.length ? 'all' : names;
  }

  #all(stored: StoredDocument): readonly RecordResource[] {
    if (!stored.document) return [];
    const known = this.#translated.get(stored);
    if (known) return known;
    const version = { id: stored.id, version: stored.version, lastUpdated: new Date(stored.updated).toISOString() };
    const resources = resourcesOf(stored.document, version, this.context);
    const all = stored.merged || stored.joined ? resources.map((resource) => asMerged(resource, stored)) : resources;
    this.#translated.set(stored, all);
    return all;
  }

  #shown(stored: StoredDocument, shown: Shown): readonly ShownResource[] {
    return shownResources(stored, this.#all(stored), shown);
  }
}

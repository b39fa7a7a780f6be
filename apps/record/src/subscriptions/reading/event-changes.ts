import type { Resource } from '@medplum/fhirtypes';
import { sameContent } from '#domain/same-content.js';
import { residentsIn } from '#security/audit/residents-in.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../../access/visibility.js';
import type { Change, DocumentChanges } from '../../history/document-changes.js';
import type { DocumentState } from '../../history/document-states.js';
import type { StoredDocument, StoredDocuments } from '../../reading/stored-documents.js';
import type { ChangeKind } from '../subscription-events.js';

/** An event of the log, and the document it told of. */
export interface TouchedDocument {
  readonly event: string;
  readonly stored: StoredDocument;
  /** Of the document after the event. */
  readonly version: number;
}

/** What an event made of one resource, seen with somebody's rights. */
export interface ResourceChange {
  readonly type: string;
  readonly id: string;
  readonly version: string;
  readonly change: ChangeKind;
  /** As the event left it; absent when it was withdrawn. */
  readonly resource?: Resource;
  /** As it was before. */
  readonly former?: Resource;
  /** Ids of residents it names. */
  readonly residents: ReadonlySet<string>;
}

/** What events of the log changed, as `_history` would tell it, without what changed nothing but a version. */
export class EventChanges {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly changes: DocumentChanges,
    /** Told of an event whose change cannot be told: a fault of ours, which concerns that event alone. */
    private readonly onFault: (event: string, error: unknown) => void,
  ) {}

  /** The documents that events told of; none of events that the record has set aside. */
  async touchedBy(events: readonly string[]): Promise<readonly TouchedDocument[]> {
    const rows: { readonly event: string; readonly document: SqlValue; readonly version: SqlValue }[] = [];
    const unique = [...new Set(events)];
    for (let next = 0; next < unique.length; next += 100) {
      const group = unique.slice(next, next + 100);
      rows.push(
        ...(await this.database.query<(typeof rows)[number]>(
          `select event, document, version from touch where event in (${group.map(() => '?').join(', ')})`,
          group,
        )),
      );
    }
    const found = await this.documents.byNumbers(rows.map(({ document }) => Number(document)));
    const stored = new Map(found.map((one) => [one.number, one]));
    return rows.flatMap(({ event, document, version }) => {
      const one = stored.get(Number(document));
      return one ? [{ event, stored: one, version: Number(version) }] : [];
    });
  }

  /** By event, what may be seen of it now; nothing of documents that may not be seen. */
  async seen(
    touched: readonly TouchedDocument[],
    visibility: Visibility,
  ): Promise<ReadonlyMap<string, readonly ResourceChange[]>> {
    const documents = new Map(touched.map(({ stored }) => [stored.number, stored]));
    const visible = await this.documents.visibleAmong([...documents.values()], visibility);
    const states = new Map<number, readonly DocumentState[]>();
    for (const stored of visible) states.set(stored.number, await this.changes.states(stored, visibility));
    return new Map(
      touched.map(({ event, stored, version }) => {
        const known = states.get(stored.number);
        return [event, known ? this.#told(event, () => this.#between(stored, version, known, visibility)) : []];
      }),
    );
  }

  #told(event: string, between: () => readonly ResourceChange[]): readonly ResourceChange[] {
    try {
      return between();
    } catch (error) {
      this.onFault(event, error);
      return [];
    }
  }

  #between(
    stored: StoredDocument,
    version: number,
    states: readonly DocumentState[],
    visibility: Visibility,
  ): readonly ResourceChange[] {
    const former = new Map<string, Change>(
      this.changes.ofVersion(stored, version - 1, states, visibility).map((one) => [nameOf(one), one]),
    );
    return this.changes.ofVersion(stored, version, states, visibility).flatMap((change) => {
      const before = former.get(nameOf(change))?.resource;
      const { type, id, version: versionId, resource } = change;
      if (resource && before && sameContent({ ...resource, meta: undefined }, { ...before, meta: undefined }))
        return [];
      return [
        {
          type,
          id,
          version: versionId,
          change: !resource ? 'delete' : change.existed ? 'update' : 'create',
          ...(resource && { resource }),
          ...(before && { former: before }),
          residents: residentsIn([resource, before]),
        },
      ];
    });
  }
}

export const nameOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}/${id}`;

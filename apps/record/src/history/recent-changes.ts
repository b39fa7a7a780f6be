import type { Bundle } from '@medplum/fhirtypes';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import type { PageKey, PageTokens } from '../search/page-token.js';
import type { Change, DocumentChanges } from './document-changes.js';
import type { DocumentState } from './document-states.js';
import { historyBundle } from './history-bundle.js';
import { type HistoryRequest, historyRequest, isAsked } from './history-request.js';
import { oneOf } from '../search/sql.js';

interface TouchRow {
  readonly event: string;
  readonly document: SqlValue;
  readonly recorded: SqlValue;
}

const noneBesides: ReadonlyMap<string, readonly number[]> = new Map();

/** Among the changes newest first: up to which touch, and how many of its changes, they have been told. */
interface Place {
  readonly recorded: number;
  readonly event: string;
  readonly told: number;
}

/** Most touches that one page looks at: each may mean reading a stream. */
const mostTouches = 500;
const touchesAtOnce = 100;
/** Types of the resources that gather what events of many streams tell. */
const gatheredTypes: ReadonlySet<string> = new Set(['EpisodeOfCare', 'Practitioner', 'PractitionerRole']);

/** The changes of all resources, or of those of one type: `GET {type}/_history`, `GET _history`. */
export class RecentChanges {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly changes: DocumentChanges,
    private readonly pages: PageTokens,
  ) {}

  /** Newest first. A page may be short and still have a next: it looks at a bounded number of events. */
  async bundle(
    type: string | undefined,
    parameters: URLSearchParams,
    visibility: Visibility,
    base: string,
  ): Promise<Bundle> {
    const request = historyRequest(parameters, this.pages);
    const changes: Change[] = [];
    let place: Place | undefined = request.after ? placeOf(request.after) : undefined;
    let ended = false;
    let full = false;
    for (let looked = 0; looked < mostTouches && !full && !ended; looked += touchesAtOnce) {
      const touches = await this.#touches(place, request, visibility);
      ended = touches.length < touchesAtOnce;
      for (const { touch, ofTouch } of await this.#changesOf(touches, type, visibility)) {
        const asked = ofTouch.filter((one) => (type === undefined || one.type === type) && isAsked(request, one));
        const told = touch.event === place?.event ? place.told : 0;
        const taken = asked.slice(told, told + request.count - changes.length);
        changes.push(...taken);
        place = { recorded: Number(touch.recorded), event: touch.event, told: told + taken.length };
        full = place.told < asked.length;
        if (full) break;
      }
    }
    const path = type === undefined ? '_history' : `${type}/_history`;
    const next = place && (full || !ended) ? [place.recorded, place.event, place.told] : undefined;
    return historyBundle(base, `${base}/${path}`, request.query, {
      changes,
      ...(next && { next: this.pages.write(request.query, next) }),
    });
  }

  /** From a place on, the touch of the place included; newest first. */
  #touches(
    place: Place | undefined,
    { since = 0, at }: HistoryRequest,
    visibility: Visibility,
  ): Promise<readonly TouchRow[]> {
    const own = visibility.kind === 'resident' ? [visibility.resident] : [];
    const from = [...(at ? [at.before] : []), ...(place ? [place.recorded, place.recorded, place.event] : [])];
    return this.database.query<TouchRow>(
      `select event, document, recorded from touch
       where ${own.length > 0 ? 'resident = (select resident from document where id = ?) and ' : ''}recorded >= ?
       ${at ? 'and recorded < ?' : ''}
       ${place ? 'and (recorded < ? or (recorded = ? and event <= ?))' : ''}
       order by recorded desc, event desc limit ${touchesAtOnce}`,
      [...own, since, ...from],
    );
  }

  /** Each document's streams are read once. */
  async #changesOf(
    touches: readonly TouchRow[],
    type: string | undefined,
    visibility: Visibility,
  ): Promise<readonly { readonly touch: TouchRow; readonly ofTouch: readonly Change[] }[]> {
    const besides = type === undefined || gatheredTypes.has(type) ? await this.#besides(touches) : noneBesides;
    const touched = touches.map(({ event, document }) => [Number(document), ...(besides.get(event) ?? [])]);
    const stored = await this.documents.byNumbers(touched.flat());
    const visible = await this.documents.visibleAmong(stored, visibility);
    const known = new Map<number, { readonly stored: StoredDocument; readonly states: readonly DocumentState[] }>();
    for (const one of visible) {
      known.set(one.number, { stored: one, states: await this.changes.states(one, visibility) });
    }
    return touches.map((touch, index) => ({
      touch,
      ofTouch: (touched[index] ?? []).flatMap((number) => {
        const found = known.get(number);
        const state = found?.states.find(({ event }) => event.id === touch.event);
        return found && state ? this.changes.ofVersion(found.stored, state.version, found.states, visibility) : [];
      }),
    }));
  }

  /** Numbers of the documents that events have touched besides those of their own streams, by event. */
  async #besides(touches: readonly TouchRow[]): Promise<ReadonlyMap<string, readonly number[]>> {
    if (touches.length === 0) return new Map();
    const { text, values } = oneOf(
      'event',
      touches.map(({ event }) => event),
    );
    const rows = await this.database.query<Pick<TouchRow, 'event' | 'document'>>(
      `select event, document from touch_besides where ${text} order by document`,
      values,
    );
    const ofEvents = Map.groupBy(rows, ({ event }) => event);
    return new Map([...ofEvents].map(([event, found]) => [event, found.map(({ document }) => Number(document))]));
  }
}

/** @throws FhirFault 400 for a place that is none of this history */
function placeOf([recorded, event, told]: PageKey): Place {
  if (typeof recorded === 'number' && typeof event === 'string' && typeof told === 'number')
    return { recorded, event, told };
  throw new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this history.' });
}

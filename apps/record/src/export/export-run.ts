import type { EventStore } from '#event-store/event-store.js';
import { residentsIn } from '#security/audit/residents-in.js';
import { type EventType, eventTypes, isEventType } from '../reading/event-resources.js';
import type { ServedResource } from '../reading/record-reader.js';
import { type CopiedDocument, CopiedRecord } from './copied-record.js';
import { Deletions } from './deletions.js';
import { ExportFiles } from './export-files.js';
import { accepted, type ExportState, isOver } from './export-job.js';
import { copyRecord } from './record-copy.js';
import { ResourceSelection } from './resource-selection.js';
import type { Workplace } from './store/export-store.js';

/** What an export needs of the service it is made in. */
export interface ExportSurroundings {
  readonly events: Pick<EventStore, 'readStream'>;
  /** Writes into the audit trail whose data the export holds; durable when it resolves. */
  disclose(residents: readonly string[]): Promise<void>;
}

/** The disk is too full to go on. */
export class NoSpaceLeft extends Error {
  override readonly name = 'NoSpaceLeft';
}

export interface ExportPace {
  readonly documentsAtOnce: number;
  /** Work that a crash may cost. */
  readonly checkpointMs: number;
}

const usualPace: ExportPace = { documentsAtOnce: 500, checkpointMs: 2_000 };

/**
 * Does an export, or goes on with one from its last checkpoint: lines that are behind it are cut off and written again.
 * @throws NoSpaceLeft, NotToBeWorkedOn
 */
export async function runExport(
  place: Workplace,
  surroundings: ExportSurroundings,
  { documentsAtOnce, checkpointMs }: ExportPace = usualPace,
): Promise<void> {
  if (isOver(place.stored.state)) {
    await place.removeCopy();
    return;
  }
  const { job } = place.stored;
  const copied = await place.copied();
  let state: ExportState = {
    ...(copied ? place.stored.state : accepted),
    status: 'running',
    attempts: place.stored.state.attempts + 1,
  };
  await place.checkpoint(state);
  if (!copied) await place.copy((copying) => copyRecord(job, copying));
  const record = await CopiedRecord.open(place.copies, job.visibility);
  state = { ...state, total: await record.count(), moment: (await record.moment()) ?? job.createdAt };
  await place.checkpoint(state);

  const selection = new ResourceSelection(job.asked, job.visibility);
  const files = new ExportFiles(state.files, (file, at, bytes) => place.write(file, at, bytes));
  const deletions =
    job.asked.since === undefined
      ? undefined
      : new Deletions(record, job.asked.since, job.visibility, surroundings.events, (type) => selection.holds(type));
  const disclosed = new DisclosedResidents();
  const ofEvents = eventTypes.filter((type) => selection.holds(type));

  let saved = performance.now();
  for (;;) {
    const documents = await record.after(state.cursor, documentsAtOnce, ofEvents, selection.newestProvenanceAlone);
    const last = documents.at(-1);
    if (!last) break;
    for (const document of documents) {
      const given = selected(document, selection, ofEvents);
      for (const one of given) files.add('output', one.resourceType, one);
      if (given.length > 0) disclosed.add(document, given);
      const gone = deletions && (await deletions.of(document));
      if (gone) files.add('deleted', 'Bundle', gone);
      if (files.full) await files.flush();
    }
    state = { ...state, cursor: last.stored.number, done: state.done + documents.length, attempts: 1 };
    if (performance.now() - saved < checkpointMs) continue;
    state = await save(place, surroundings, files, disclosed, state);
    saved = performance.now();
  }
  state = await save(place, surroundings, files, disclosed, state);
  await place.checkpoint({ ...state, status: 'complete', finishedAt: Date.now() });
  await place.removeCopy();
}

/** What is in the files is written down as shown before anybody can be shown it. */
async function save(
  place: Workplace,
  surroundings: ExportSurroundings,
  files: ExportFiles,
  disclosed: DisclosedResidents,
  state: ExportState,
): Promise<ExportState> {
  await files.flush();
  const room = await place.room();
  if (room !== undefined && room < 0) throw new NoSpaceLeft('Too little space is left for the export');
  await surroundings.disclose(disclosed.take());
  const next = { ...state, files: files.files };
  await place.checkpoint(next);
  return next;
}

/** Provenance that was asked for besides is told of what is in the export. */
function selected(
  { resources }: CopiedDocument,
  selection: ResourceSelection,
  ofEvents: readonly EventType[],
): readonly ServedResource[] {
  const given = resources.flatMap((one) => selection.of(one) ?? []);
  if (!selection.provenanceBesides || ofEvents.length === 0) return given;
  return given.some(({ resourceType }) => !isEventType(resourceType)) ? given : [];
}

/** Residents whose data is in the export, each told of once, as long as the work goes on. */
class DisclosedResidents {
  /** By the numbers of their documents: a million of them are some 50 MB. */
  readonly #told = new Set<number>();
  readonly #others = new Set<string>();
  readonly #untold = new Set<string>();

  add({ stored, body }: CopiedDocument, given: readonly ServedResource[]): void {
    const { resident, merged, document } = stored;
    // What was sent may name anybody, and so do records that were joined.
    if (stored.joined || merged || document?.kind === 'resource' || body === null || body.includes('"kept')) {
      for (const one of residentsIn(given)) this.#addOther(one);
      return;
    }
    if (resident === undefined || !document || !('resident' in document) || document.resident === undefined) return;
    if (this.#told.has(resident)) return;
    this.#told.add(resident);
    this.#untold.add(document.resident);
  }

  take(): readonly string[] {
    const taken = [...this.#untold];
    this.#untold.clear();
    return taken;
  }

  #addOther(id: string): void {
    if (this.#others.has(id)) return;
    this.#others.add(id);
    this.#untold.add(id);
  }
}

/** The thread in which all projections of a view host run. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventCodec } from '#event-store/codec.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { CreateProjection } from '../view-host.js';
import { Projector } from './projector.js';
import type {
  Answers,
  FromProjector,
  ProjectorSettings,
  Request,
  ToProjector,
  ViewProgress,
} from './projector-messages.js';
import { RunningProjection } from './running-projection.js';
import { ViewFile } from './view-file.js';

if (parentPort === null) throw new Error('The projector runs in a worker thread');
const port = parentPort;
const tell = (message: FromProjector): void => port.postMessage(message);
const { eventStoreFile, folder, codecModule } = workerData as ProjectorSettings;

async function loadCodec(): Promise<{ codec?: EventCodec }> {
  if (codecModule === undefined) return {};
  const { createCodec } = (await import(codecModule)) as { createCodec: () => EventCodec };
  return { codec: createCodec() };
}

/** What one projection has read the others find parsed: at the end of the log, and while several are built together. */
const sharedText = 16 * 1024 * 1024;
const reader = openEmbeddedReader({ file: eventStoreFile, sharedText, ...(await loadCodec()) });
const views = new Map<string, RunningProjection>();
const projector = new Projector(reader, {
  turned(running, changed, fault) {
    tell({ kind: 'progress', progress: progressOf(running), changed, ...(fault === undefined ? {} : { fault }) });
  },
});

function progressOf(running: RunningProjection): ViewProgress {
  const { name, version } = running.projection;
  const { position, setAsideCount: setAside, state } = running;
  return { view: `${name}-v${version}`, name, version, path: running.file.path, position, setAside, state };
}

async function add(module: string, settings: unknown): Promise<ViewProgress> {
  const { createProjection } = (await import(module)) as { createProjection?: CreateProjection };
  if (createProjection === undefined) throw new Error(`${module} does not export createProjection`);
  const projection = await createProjection(settings);
  const view = `${projection.name}-v${projection.version}`;
  if (!/^[a-z][a-z0-9-]*-v\d+$/.test(view))
    throw new Error(`${view} is no name of a view: lower case letters and hyphens`);
  if (views.has(view)) throw new Error(`View ${view} was added already`);
  const running = new RunningProjection(projection, ViewFile.open(folder, projection, reader.identity), reader);
  views.set(view, running);
  projector.add(running);
  return progressOf(running);
}

function viewNamed(view: string): RunningProjection {
  const running = views.get(view);
  if (running === undefined) throw new Error(`No view ${view}`);
  return running;
}

async function answer(request: Request): Promise<Answers[keyof Answers]> {
  switch (request.kind) {
    case 'add':
      return add(request.module, request.settings);
    case 'set-aside':
      return viewNamed(request.view).listSetAside();
    case 'retry-set-aside': {
      const running = viewNamed(request.view);
      const outcome = await projector.between(() => running.retrySetAside());
      tell({ kind: 'progress', progress: progressOf(running), changed: outcome.applied > 0 });
      return outcome;
    }
    case 'close':
      await projector.close();
      await reader.close();
      return 'closed';
    default:
      return request satisfies never;
  }
}

port.on('message', ({ id, request }: ToProjector) => {
  answer(request)
    .then(
      (result) => tell({ kind: 'answer', id, answer: result }),
      (error: unknown) => tell({ kind: 'refusal', id, reason: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => {
      if (request.kind === 'close') port.close();
    });
});

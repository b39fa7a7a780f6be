/** The thread in which all projections of a view host run. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventCodec } from '#event-store/codec.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { Projection } from '../projection.js';
import type { CreateProjection } from '../view-host.js';
import { ProjectedView } from './projected-view.js';
import { Projector } from './projector.js';
import type { Answers, FromProjector, ProjectorSettings, Request, ToProjector } from './projector-messages.js';
import { finishedGenerations } from './view-file.js';

if (parentPort === null) throw new Error('The projector runs in a worker thread');
const port = parentPort;
const tell = (message: FromProjector): void => port.postMessage(message);
const { eventStoreFile, folder, codecModule, longWay } = workerData as ProjectorSettings;

async function loadCodec(): Promise<{ codec?: EventCodec }> {
  if (codecModule === undefined) return {};
  const { createCodec } = (await import(codecModule)) as { createCodec: () => EventCodec };
  return { codec: createCodec() };
}

/** What one projection has read the others find parsed: at the end of the log, and while several are built together. */
const sharedText = 16 * 1024 * 1024;
const reader = openEmbeddedReader({ file: eventStoreFile, sharedText, ...(await loadCodec()) });
const views = new Map<string, ProjectedView>();
const projector = new Projector(reader, {
  turned(running, changed, fault) {
    const view = [...views.values()].find((one) => one.progressOf(running) !== undefined);
    const progress = view?.progressOf(running);
    if (view === undefined || progress === undefined) return;
    tell({ kind: 'progress', view: view.name, progress, changed, ...(fault === undefined ? {} : { fault }) });
    if (view.takeOver()) tellGenerations(view);
  },
});

function tellGenerations(view: ProjectedView): void {
  tell({ kind: 'generations', view: view.generations });
}

type AddRequest = Extract<Request, { readonly kind: 'add' }>;

async function hasLongWay({ name, version }: Projection): Promise<boolean> {
  const built = finishedGenerations(folder, name, reader.identity).find((one) => one.version === version);
  return (await reader.head()) - (built?.position ?? 0) >= longWay;
}

async function add({ module, settings, anywhere, added }: AddRequest): Promise<string | undefined> {
  const { createProjection } = (await import(module)) as { createProjection?: CreateProjection };
  if (createProjection === undefined) throw new Error(`${module} does not export createProjection`);
  const newProjection = async () => createProjection(settings);
  const projection = await newProjection();
  const { name } = projection;
  if (added.includes(name)) throw new Error(`View ${name} was added already`);
  if (!anywhere && projection.buildsApart && (await hasLongWay(projection))) return undefined;
  return projector.between(async () => {
    if (views.has(name)) throw new Error(`View ${name} was added already`);
    const view = await ProjectedView.open({ folder, reader, projector, newProjection });
    views.set(name, view);
    tellGenerations(view);
    return name;
  });
}

/** Between turns. What has changed is told before the next one, and before the answer is. */
function change<Outcome>(name: string, work: (view: ProjectedView) => Outcome | Promise<Outcome>): Promise<Outcome> {
  return projector.between(async () => {
    const view = viewNamed(name);
    const outcome = await work(view);
    tellGenerations(view);
    return outcome;
  });
}

function viewNamed(name: string): ProjectedView {
  const view = views.get(name);
  if (view === undefined) throw new Error(`No view ${name}`);
  return view;
}

async function answer(request: Request): Promise<Answers[keyof Answers]> {
  switch (request.kind) {
    case 'add':
      return add(request);
    case 'set-aside':
      return viewNamed(request.view).setAside();
    case 'retry-set-aside':
      return change(request.view, async (view) => {
        const outcome = await view.retrySetAside();
        const changed = outcome.applied > 0;
        tell({ kind: 'progress', view: view.name, progress: view.applying, changed });
        return outcome;
      });
    case 'rebuild':
      return change(request.view, (view) => view.rebuild());
    case 'cancel-rebuild':
      return change(request.view, (view) => view.cancelRebuild());
    case 'remove-replaced':
      await projector.between(async () => viewNamed(request.view).removeReplaced());
      return 'removed';
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

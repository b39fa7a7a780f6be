import { join } from 'node:path';
import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { Position } from '#event-store/event-store.js';
import type { Projection } from '../projection.js';
import type { SetAsideEvent, View } from '../view-host.js';
import type { Projector } from './projector.js';
import type { GenerationProgress, ViewGenerations } from './projector-messages.js';
import { RunningProjection } from './running-projection.js';
import {
  finishedGenerations,
  generationsIn,
  removeViewFile,
  type ViewGeneration,
  ViewFile,
  viewFileName,
} from './view-file.js';

export interface ProjectedViewOptions {
  readonly folder: string;
  readonly reader: EmbeddedReader;
  readonly projector: Projector;
  /** A projection for one generation: it may keep what it knows of its view in memory. */
  readonly newProjection: () => Promise<Projection>;
}

/** A generation whose events are being applied. */
interface Projected extends ViewGeneration {
  readonly running: RunningProjection;
}

/** An older version that serves as it stands: the code that would apply events to it is gone. */
interface StandIn extends ViewGeneration {
  readonly position: Position;
  readonly setAside: number;
}

/**
 * The generations of one view, in the projector's thread: the one that serves and the one that is being built beside it, both
 * in this thread, so that neither moves while one takes over from the other. What serves is, after any crash too, the newest
 * generation that has been at the end of the log.
 */
export class ProjectedView {
  readonly name: string;
  readonly #options: ProjectedViewOptions;
  readonly #version: number;
  #serving: Projected | undefined;
  #standIn: StandIn | undefined;
  #building: Projected | undefined;

  private constructor(options: ProjectedViewOptions, { name, version }: Projection) {
    this.#options = options;
    this.name = name;
    this.#version = version;
  }

  /** @throws Error when the name is none, or the schema has changed under the same version */
  static async open(options: ProjectedViewOptions): Promise<ProjectedView> {
    const projection = await options.newProjection();
    if (!/^[a-z][a-z0-9-]*-v\d+$/.test(`${projection.name}-v${projection.version}`)) {
      throw new Error(`${projection.name}-v${projection.version} is no name of a view: lower case letters and hyphens`);
    }
    const view = new ProjectedView(options, projection);
    await view.#open(projection);
    return view;
  }

  /** As it is to be told to those who read it. */
  get generations(): ViewGenerations {
    const { name } = this;
    const building = this.#building && this.#progress(this.#building);
    const serving = this.#serving
      ? this.#progress(this.#serving)
      : this.#standIn && { ...this.#identity(this.#standIn), ...standing(this.#standIn) };
    return { name, version: this.#version, ...(serving && { serving }), ...(building && { building }) };
  }

  /** Of the generation that {@link retrySetAside} is about. */
  get applying(): GenerationProgress {
    return this.#progress(this.#applying);
  }

  /** @returns undefined when it is none of this view's */
  progressOf(running: RunningProjection): GenerationProgress | undefined {
    const one = [this.#serving, this.#building].find((projected) => projected?.running === running);
    return one && this.#progress(one);
  }

  /**
   * The generation that was being built takes over when it is level with the log and with what was read until now.
   * @returns true when it has; what served is closed
   */
  takeOver(): boolean {
    const building = this.#building;
    if (!building?.running.file.settled) return false;
    if (this.#serving !== undefined) {
      if (building.running.position < this.#serving.running.position) return false;
      void this.#end(this.#serving);
    }
    this.#serving = building;
    this.#building = undefined;
    this.#standIn = undefined;
    return true;
  }

  async rebuild(): Promise<'begun' | 'under-way'> {
    if (this.#building !== undefined || this.#serving === undefined) return 'under-way';
    this.#begin(await this.#options.newProjection(), this.#serving.generation + 1);
    return 'begun';
  }

  /** To be called between turns. */
  async cancelRebuild(): Promise<'cancelled' | 'none' | 'needed'> {
    const building = this.#building;
    if (building === undefined) return 'none';
    if (this.#serving === undefined) return 'needed';
    this.#building = undefined;
    await this.#end(building);
    removeViewFile(building.running.file.path);
    return 'cancelled';
  }

  /** Removes the files of older generations and versions. To be called when nobody reads them. */
  removeReplaced(): void {
    const serving = this.#serving;
    if (serving === undefined) return;
    for (const one of generationsIn(this.#options.folder, this.name)) {
      const older = one.version < serving.version;
      const replaced = one.version === serving.version && one.generation < serving.generation;
      if (older || replaced) removeViewFile(this.#pathOf(one));
    }
  }

  setAside(): readonly SetAsideEvent[] {
    return this.#applying.running.listSetAside();
  }

  /** To be called between turns. */
  retrySetAside(): ReturnType<View['retrySetAside']> {
    return this.#applying.running.retrySetAside();
  }

  /** The one that serves; while none does, or one whose code is gone, the one that is being built. */
  get #applying(): Projected {
    const applying = this.#serving ?? this.#building;
    if (applying === undefined) throw new Error(`View ${this.name} is not open`);
    return applying;
  }

  async #open(projection: Projection): Promise<void> {
    const { folder, reader } = this.#options;
    const { version, readableFrom = version } = projection;
    const found = generationsIn(folder, this.name);
    const finished = finishedGenerations(folder, this.name, reader.identity);
    const own = finished.find((one) => one.version === version);
    if (own !== undefined) {
      this.#serving = this.#run(projection, own.generation);
      const begun = found.find((one) => one.version === version && one.generation > own.generation);
      if (begun !== undefined) this.#begin(await this.#options.newProjection(), begun.generation);
      this.removeReplaced();
      return;
    }
    this.#standIn = finished.find((one) => one.version < version && one.version >= readableFrom);
    const newest = found.find((one) => one.version === version);
    this.#begin(projection, newest?.generation ?? 1);
  }

  #begin(projection: Projection, generation: number): void {
    this.#building = this.#run(projection, generation);
  }

  #run(projection: Projection, generation: number): Projected {
    const { folder, reader, projector } = this.#options;
    const { name, version } = projection;
    const file = ViewFile.open(folder, projection, reader.identity, generation);
    const running = new RunningProjection(projection, file, reader);
    projector.add(running);
    return { name, version, generation, running };
  }

  /** Its file is of no use any more: what its checkpoint has missed need not be saved. */
  async #end({ running }: Projected): Promise<void> {
    this.#options.projector.remove(running);
    await running.abandon();
  }

  #progress(projected: Projected): GenerationProgress {
    const { position, setAsideCount: setAside, state } = projected.running;
    return { ...this.#identity(projected), position, setAside, state };
  }

  #identity(one: ViewGeneration): Pick<GenerationProgress, 'version' | 'generation' | 'path'> {
    return { version: one.version, generation: one.generation, path: this.#pathOf(one) };
  }

  #pathOf(one: ViewGeneration): string {
    return join(this.#options.folder, viewFileName(one));
  }
}

const standing = ({ position, setAside }: StandIn): Pick<GenerationProgress, 'position' | 'setAside' | 'state'> => ({
  position,
  setAside,
  state: 'catching-up',
});

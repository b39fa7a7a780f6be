import type { RecordedEvent } from '#event-store/event-store.js';
import type { Projection, ViewStatus } from '#projections/projection.js';
import type { ProjectionSource, View, ViewHost } from '#projections/view-host.js';
import { MemoryView } from './memory-view.js';

/** Views in this process that are given their events by the test. */
export class LocalViews implements ViewHost {
  readonly #views: LocalView[] = [];

  async add({ module, settings }: ProjectionSource): Promise<View> {
    const { createProjection } = (await import(module.href)) as { createProjection: (settings: unknown) => Projection };
    const view = new LocalView(new MemoryView(createProjection(settings)));
    this.#views.push(view);
    return view;
  }

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    for (const view of this.#views) await view.apply(events);
  }

  /** Asks the only view. */
  async query<Found>(sql: string): Promise<readonly Found[]> {
    return (await this.#views[0]?.database.query<Found>(sql)) ?? [];
  }

  statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all(this.#views.map((view) => view.status()));
  }

  async close(): Promise<void> {
    for (const view of this.#views) await view.database.close();
  }
}

class LocalView implements View {
  readonly #listeners = new Set<(position: number) => void>();
  #position = 0;

  constructor(readonly database: MemoryView) {}

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    await this.database.apply(events);
    this.#position = events.at(-1)?.position ?? this.#position;
    for (const listener of this.#listeners) listener(this.#position);
  }

  async status(): Promise<ViewStatus> {
    const { name, version } = this.database.projection;
    const position = this.#position;
    return { name, version, position, logPosition: position, delayMs: 0, setAside: 0, state: 'live' };
  }

  onAdvanced(listener: (position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async waitFor(position: number): Promise<boolean> {
    return this.#position >= position;
  }

  setAside(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  retrySetAside(): Promise<{ applied: number; remaining: number }> {
    return Promise.resolve({ applied: 0, remaining: 0 });
  }
}

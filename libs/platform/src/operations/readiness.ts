import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ConnectionReport, EventStore } from '#event-store/event-store.js';
import type { ViewHost } from '#projections/view-host.js';
import type { Configuration } from '../configuration.js';
import { CONFIGURATION, EVENT_STORE, STOPPING, VIEW_HOST } from '../injection.js';

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  /** `disk`: of a process that keeps its data in a folder of its own. */
  readonly checks: Readonly<Record<'process' | 'eventStore' | 'views', CheckResult>> & { readonly disk?: CheckResult };
}

export interface CheckResult {
  readonly ok: boolean;
  /** A constant text, in English. */
  readonly reason?: string;
  /** Of an event store that has a server behind it. */
  readonly connection?: ConnectionReport;
}

/** Below this the log could stop in the middle of a message. */
const leastFreeBytes = 64 * 1024 ** 2;
const patienceMs = 2_000;

/**
 * Whether requests can be served: the log answers, its disk, where it is ours, can be written, and every view can be read and has
 * not failed.
 */
@Injectable()
export class Readiness {
  constructor(
    @Inject(EVENT_STORE) private readonly events: EventStore,
    @Inject(VIEW_HOST) private readonly views: ViewHost,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
  ) {}

  async report(): Promise<ReadinessReport> {
    const { engines, dataDir } = this.configuration;
    const [eventStore, views, disk] = await Promise.all([
      check('the event store does not answer', async () => this.events.head()),
      check('a view has failed, is not built yet, or its database does not answer', async () => this.#views()),
      engines === 'embedded'
        ? check('the data folder cannot be written or its disk is full', () => hasRoom(dataDir))
        : undefined,
    ]);
    const process = this.stopping.aborted ? { ok: false, reason: 'the process is stopping' } : { ok: true };
    const connection = this.events.connection?.();
    const checks = {
      process,
      eventStore: { ...eventStore, ...(connection && { connection }) },
      ...(disk && { disk }),
      views,
    };
    return { status: Object.values(checks).every(({ ok }) => ok) ? 'ready' : 'not-ready', checks };
  }

  async #views(): Promise<void> {
    const statuses = await this.views.statuses();
    if (statuses.some(({ state }) => state === 'failed' || state === 'building')) throw new Error('view not readable');
  }
}

async function hasRoom(folder: string): Promise<void> {
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < leastFreeBytes) throw new Error('disk full');
}

async function check(reason: string, attempt: () => Promise<unknown>): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(resolve, patienceMs, { ok: false, reason });
  });
  try {
    return await Promise.race([
      attempt().then(
        () => ({ ok: true }),
        () => ({ ok: false, reason }),
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

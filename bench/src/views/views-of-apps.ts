import type { Projection } from '#projections/projection.js';
import type { CreateProjection } from '#projections/view-host.js';

const apps = new URL('../../../apps/', import.meta.url);
const pseudonymKey = 'ab'.repeat(32);

export interface ViewOfApp {
  /** Under `apps`. */
  readonly module: string;
  readonly settings?: unknown;
}

/** The views that the services keep. */
export const views: readonly ViewOfApp[] = [
  { module: 'commune/src/receipts/receipts.projection.js' },
  { module: 'commune/src/identity/resident-index.projection.js' },
  { module: 'record/src/projection/health-record.projection.js' },
  { module: 'district/src/worklists/referral-worklists.projection.js' },
  { module: 'province/src/figures/province-figures.projection.js', settings: { pseudonymKey } },
];

/** `receipts`, of its module. */
export const nameOf = ({ module }: ViewOfApp): string => /([^/]+)\.projection\.js$/.exec(module)?.[1] ?? module;

export const moduleOf = ({ module }: ViewOfApp): URL => new URL(module, apps);

export async function loadView(view: ViewOfApp): Promise<Projection> {
  const { createProjection } = (await import(moduleOf(view).href)) as { createProjection: CreateProjection };
  return createProjection(view.settings);
}

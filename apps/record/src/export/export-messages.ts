/** What the thread that makes an export and the service it belongs to say to each other. */
import type { RecordedEvent, StreamName } from '#event-store/event-store.js';
import type { WorkplaceSettings } from './store/export-store.js';

export interface ExportThreadData {
  readonly id: string;
  readonly workplace: WorkplaceSettings;
}

export type ThreadQuestion = { readonly number: number } & (
  | { readonly kind: 'stream'; readonly stream: StreamName }
  | { readonly kind: 'disclose'; readonly residents: readonly string[] }
);

export type ServiceAnswer = { readonly number: number } & (
  { readonly events: readonly RecordedEvent[] } | { readonly disclosed: true } | { readonly refused: string }
);

/** The last thing that the thread says; it ends with it. `not-mine`: cancelled, or another replica has it. */
export interface ThreadEnd {
  readonly ended: 'done' | 'no-space' | 'not-mine';
}

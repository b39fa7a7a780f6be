import type { Position } from '#event-store/event-store.js';
import type { ViewStatus } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';

export interface ProjectorSettings {
  readonly eventStoreFile: string;
  readonly folder: string;
  /** Module exporting `createCodec`. */
  readonly codecModule: string | undefined;
}

export type Request =
  | { readonly kind: 'add'; readonly module: string; readonly settings: unknown }
  | { readonly kind: 'set-aside' | 'retry-set-aside'; readonly view: string }
  | { readonly kind: 'close' };

export interface Answers {
  readonly add: ViewProgress;
  readonly 'set-aside': readonly SetAsideEvent[];
  readonly 'retry-set-aside': { readonly applied: number; readonly remaining: number };
  readonly close: 'closed';
}

export interface ToProjector {
  readonly id: number;
  readonly request: Request;
}

export type FromProjector =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }
  | { readonly kind: 'progress'; readonly progress: ViewProgress; readonly changed: boolean; readonly fault?: string };

export interface ViewProgress {
  /** `{name}-v{version}` */
  readonly view: string;
  readonly name: string;
  readonly version: number;
  readonly path: string;
  readonly position: Position;
  readonly setAside: number;
  readonly state: ViewStatus['state'];
}

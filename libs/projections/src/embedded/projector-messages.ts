import type { Position } from '#event-store/event-store.js';
import type { ViewStatus } from '../projection.js';
import type { SetAsideEvent, View } from '../view-host.js';

export interface ProjectorSettings {
  readonly eventStoreFile: string;
  readonly folder: string;
  /** Module exporting `createCodec`. */
  readonly codecModule: string | undefined;
  /** Events to go, from which a view that asks for it is built apart. */
  readonly longWay: number;
}

export type Request =
  | {
      readonly kind: 'add';
      readonly module: string;
      readonly settings: unknown;
      /** False when a view with a long way to go may be refused, to be built in another thread. */
      readonly anywhere: boolean;
      /** Views that the host has in any thread. */
      readonly added: readonly string[];
    }
  | {
      readonly kind: 'set-aside' | 'retry-set-aside' | 'rebuild' | 'cancel-rebuild' | 'remove-replaced';
      readonly view: string;
    }
  | { readonly kind: 'close' };

export interface Answers {
  /** Its name; how it is was told before. `undefined` when it is to be built in another thread. */
  readonly add: string | undefined;
  readonly 'set-aside': readonly SetAsideEvent[];
  readonly 'retry-set-aside': Awaited<ReturnType<View['retrySetAside']>>;
  readonly rebuild: Awaited<ReturnType<View['rebuild']>>;
  readonly 'cancel-rebuild': Awaited<ReturnType<View['cancelRebuild']>>;
  readonly 'remove-replaced': 'removed';
  readonly close: 'closed';
}

export interface ToProjector {
  readonly id: number;
  readonly request: Request;
}

export type FromProjector =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }
  | {
      readonly kind: 'progress';
      readonly view: string;
      readonly progress: GenerationProgress;
      readonly changed: boolean;
      readonly fault?: string;
    }
  /** As the view is now: it was added, or something other than its progress has changed. */
  | { readonly kind: 'generations'; readonly view: ViewGenerations };

/** What there is of a view. */
export interface ViewGenerations {
  readonly name: string;
  /** Of the projection that was added. */
  readonly version: number;
  /** May be of an older version, which then stands still. */
  readonly serving?: GenerationProgress;
  readonly building?: GenerationProgress;
}

export interface GenerationProgress {
  readonly version: number;
  readonly generation: number;
  readonly path: string;
  readonly position: Position;
  readonly setAside: number;
  readonly state: ViewStatus['state'];
}

import type { ResidentId } from '../ids.js';
import type { ScreeningContent } from './screening-content.js';

export type ScreeningEvent = ScreeningCompleted | ScreeningAmended | ScreeningRetracted;

export interface ScreeningCompleted {
  readonly type: 'ScreeningCompleted';
  readonly data: { readonly resident: ResidentId; readonly screening: ScreeningContent };
}

export interface ScreeningAmended {
  readonly type: 'ScreeningAmended';
  readonly data: {
    readonly resident: ResidentId;
    readonly screening: ScreeningContent;
    readonly changed: readonly string[];
  };
}

export interface ScreeningRetracted {
  readonly type: 'ScreeningRetracted';
  readonly data: { readonly resident: ResidentId; readonly screening: string; readonly reason: string };
}

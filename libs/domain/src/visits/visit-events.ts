import type { ResidentId } from '../ids.js';
import type { VisitContent } from './visit-content.js';

/** Which kind of message a visit is known from; one episode may be told by several. */
export type VisitSource = 'check-in' | 'insurance-claim' | 'health-record' | 'bundle' | 'command';

export type VisitEvent = VisitRecorded | VisitAmended | VisitRetracted;

export interface VisitRecorded {
  readonly type: 'VisitRecorded';
  readonly data: { readonly resident: ResidentId; readonly source: VisitSource; readonly visit: VisitContent };
}

export interface VisitAmended {
  readonly type: 'VisitAmended';
  readonly data: {
    readonly resident: ResidentId;
    readonly source: VisitSource;
    /** The whole visit as it stands now, all sources together. */
    readonly visit: VisitContent;
    /** What this source alone says, given where it differs from `visit`. */
    readonly contribution?: VisitContent;
    /** Whose visit it was taken for until now, where `resident` is somebody else. */
    readonly formerResident?: ResidentId;
    /** Names of the fields of `visit` that changed. */
    readonly changed: readonly string[];
  };
}

export interface VisitRetracted {
  readonly type: 'VisitRetracted';
  readonly data: {
    readonly resident: ResidentId;
    readonly facility: string;
    readonly episode: string;
    readonly reason: string;
  };
}

import type { CallerKind } from '../caller.js';
import type { PurposeOfUse } from './purpose-of-use.js';

/** FHIR AuditEvent.action: create, read, update, delete, execute (searches and operations). */
export type AuditAction = 'C' | 'R' | 'U' | 'D' | 'E';

/** Who asked for what, and whose data the answer held. Written before the answer leaves. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly recorded: number;
  readonly kind: CallerKind;
  /** As in events: `station:08Z11`. */
  readonly actor: string;
  /** The narrowest name the token gives of who held it: tells two tokens of one facility apart. */
  readonly holder: string;
  readonly facility?: string;
  readonly purpose: PurposeOfUse;
  readonly action: AuditAction;
  /** FHIR restful-interaction code (`read`, `search-type`, `operation` …); the route itself where it is not FHIR. */
  readonly interaction: string;
  /** Template of the route, `GET /fhir/:type/:id`. */
  readonly route: string;
  /** What was asked for: a resource type, `Type/id`, or the id of a referral, receipt, pair. */
  readonly what?: string;
  /** As asked, cut at {@link longestQuery}. May name a person. */
  readonly query?: string;
  /** Ids of the residents whose data the answer holds, and of the one who was asked for by id. */
  readonly residents: readonly string[];
  /** HTTP status of the answer. */
  readonly status: number;
  /** Correlation id of the request. */
  readonly request: string;
  /** Why the glass was broken, in the clinician's words; with the ticket it was broken by. */
  readonly emergency?: { readonly ticket: string; readonly reason?: string };
}

/** Interaction of the entry that says that a record was opened in an emergency. */
export const breakGlass = 'break-glass';

export const longestQuery = 2_000;

/** FHIR AuditEvent.outcome: success, minor failure (the asker's), serious failure (ours). */
export function outcomeOf({ status }: Pick<AuditEntry, 'status'>): 0 | 4 | 8 {
  return status < 400 ? 0 : status < 500 ? 4 : 8;
}

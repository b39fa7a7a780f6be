/** What an export was asked for, and how far it is. JSON, as it is stored. */
import type { AuditEntry } from '#security/audit/audit-entry.js';
import type { Visibility } from '../access/visibility.js';

/** Whose data is asked for. */
export type ExportLevel =
  /** Everything the caller may read. */
  | { readonly kind: 'system' }
  /** The records of residents: of all, or of these. */
  | { readonly kind: 'patients'; readonly ids?: readonly string[] }
  /** The records of the residents of a group; of these, where they are named. */
  | { readonly kind: 'group'; readonly group: string; readonly ids?: readonly string[] };

export interface ExportAsked {
  readonly level: ExportLevel;
  /** Absent: every type that the caller may read. */
  readonly types?: readonly string[];
  /** Milliseconds since 1970: what has changed at that moment or later. */
  readonly since?: number;
  /** Elements that are given, where not all are. */
  readonly elements?: readonly AskedElement[];
  /** Searches by type, as they were written; a resource has to meet one of those of its type. */
  readonly filters?: readonly AskedFilter[];
  /** Provenance of what is exported, though its type is not asked for: of the newest version, or of all. */
  readonly provenance?: 'latest' | 'all';
}

export interface AskedElement {
  /** Absent: of every type. */
  readonly type?: string;
  readonly name: string;
}

export interface AskedFilter {
  readonly type: string;
  readonly query: string;
}

export interface ExportJob {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Address of the request, whole. */
  readonly request: string;
  readonly asked: ExportAsked;
  /** What the caller could read when asking. */
  readonly visibility: Visibility;
  /** Who asked, as the audit trail names them; `holder` owns the job. */
  readonly by: Pick<AuditEntry, 'kind' | 'actor' | 'holder' | 'facility' | 'purpose' | 'route' | 'request' | 'query'>;
}

export interface ExportFile {
  /** `Patient.1.ndjson` */
  readonly name: string;
  readonly type: string;
  readonly list: 'output' | 'deleted';
  /** Of this many bytes and lines the file consists; what is behind them was cut off by a crash. */
  readonly bytes: number;
  readonly lines: number;
}

/** Moved only when everything it speaks of is on the disk. */
export interface ExportState {
  readonly status: 'accepted' | 'running' | 'complete' | 'failed';
  /** What the record held up to this moment, and nothing later, is in it: milliseconds since 1970. Known once the copy is made. */
  readonly moment?: number;
  /** Documents of the record gone through, of how many. */
  readonly done: number;
  readonly total: number;
  /** Number of the last document gone through. */
  readonly cursor: number;
  readonly files: readonly ExportFile[];
  /** How often the work was begun. */
  readonly attempts: number;
  readonly finishedAt?: number;
  /** Why it failed: kind of the error, no content. */
  readonly failure?: 'no-space' | 'fault';
}

export interface StoredExport {
  readonly job: ExportJob;
  readonly state: ExportState;
}

export const accepted: ExportState = {
  status: 'accepted',
  done: 0,
  total: 0,
  cursor: 0,
  files: [],
  attempts: 0,
};

export const isOver = ({ status }: ExportState): boolean => status === 'complete' || status === 'failed';

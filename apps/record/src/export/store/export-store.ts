import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { ExportJob, ExportState, StoredExport } from '../export-job.js';

/** Where exports are kept: jobs, how far they are, and their files. */
export interface ExportStore {
  /** Durable when it resolves. */
  create(job: ExportJob): Promise<void>;
  /** The oldest first. */
  all(): Promise<readonly StoredExport[]>;
  find(id: string): Promise<StoredExport | undefined>;
  /** It is given up; nothing when it is not there. */
  fail(id: string, failure: NonNullable<ExportState['failure']>): Promise<void>;
  /** With all that belongs to it; nothing when it is not there. Whoever works on it fails. */
  remove(id: string): Promise<void>;
  /** Removes what crashes have left of exports that are no more. */
  tidy(): Promise<void>;
  /** Bytes of a file, the end exclusive, in pieces. */
  read(id: string, file: string, start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Names a place in what another thread opens it by; JSON. */
export type WorkplaceSettings =
  | { readonly engine: 'embedded'; readonly folder: string; readonly viewFile: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly viewPrefix: string };

/** Where one job is worked on, by one worker at a time. */
export interface Workplace {
  readonly stored: StoredExport;
  /** Whether there is a whole copy of what is to be exported; one that was begun is none. */
  copied(): Promise<boolean>;
  /** Makes the copy anew: all that the work reads of the view is of one moment. */
  copy(work: (copying: Copying) => Promise<void>): Promise<void>;
  readonly copies: ReadDatabase;
  /** Writes at a place of a file; what was behind it is gone. Durable with the next checkpoint. */
  write(file: string, at: number, bytes: Uint8Array): Promise<void>;
  checkpoint(state: ExportState): Promise<void>;
  /** Bytes that may still be written before what the installation needs itself is touched; `undefined` where that is not known. */
  room(): Promise<number | undefined>;
  /** The copy is not needed any more. */
  removeCopy(): Promise<void>;
  close(): Promise<void>;
}

/** Inside the transaction that makes the copy. Tables of the view go by their names, those of the copy by {@link own}. */
export interface Copying {
  readonly own: (table: string) => string;
  query<T>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly T[]>;
  execute(sql: string, parameters?: readonly SqlValue[]): Promise<void>;
}

/** The job was cancelled, or another worker has it. */
export class NotToBeWorkedOn extends Error {
  override readonly name = 'NotToBeWorkedOn';
}

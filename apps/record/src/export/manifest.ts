import type { ExportState, StoredExport } from './export-job.js';

/** What a finished export consists of (Bulk Data Access 2.0.0, complete status). */
export interface ExportManifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: true;
  readonly output: readonly ManifestItem[];
  readonly deleted: readonly ManifestItem[];
  readonly error: readonly ManifestItem[];
}

interface ManifestItem {
  readonly type: string;
  readonly url: string;
  readonly count: number;
}

/** @param base URL of the FHIR service, without a slash at the end */
export function manifestOf({ job, state }: StoredExport, base: string): ExportManifest {
  const listed = (list: 'output' | 'deleted'): readonly ManifestItem[] =>
    state.files
      .filter((file) => file.list === list)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, type, lines }) => ({ type, url: `${base}/$export/${job.id}/${name}`, count: lines }));
  return {
    transactionTime: new Date(state.moment ?? job.createdAt).toISOString(),
    request: job.request,
    requiresAccessToken: true,
    output: listed('output'),
    deleted: listed('deleted'),
    error: [],
  };
}

/** For people: what has been counted, no more than a hundred characters. */
export function progressOf({ status, done, total, files }: ExportState): string {
  if (status === 'accepted') return 'accepted';
  if (total === 0) return 'copying the record';
  const resources = files.reduce((sum, { lines }) => sum + lines, 0);
  return `${Math.floor((done / total) * 100)}% (${done} of ${total} documents, ${resources} resources written)`;
}

const shortestWait = 1;
const longestWait = 60;

/** Seconds after which to ask again: by how far it has come since it was asked for. */
export function retryAfter({ job, state: { done, total } }: StoredExport, now: number): number {
  if (done === 0) return shortestWait;
  const left = ((now - job.createdAt) * (total - done)) / done / 1_000;
  return Math.min(longestWait, Math.max(shortestWait, Math.ceil(left / 4)));
}

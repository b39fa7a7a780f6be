/** What a client of Bulk Data Access does: kick-off by fhir-kit-client, then status and files by HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import type { ExportManifest } from '../src/export/manifest.js';
import type { FhirServer, Identity } from './fhir-server.js';

export interface Kicked {
  /** Of the status. */
  readonly location: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function kickOff(
  server: Pick<FhirServer, 'base' | 'token'>,
  identity: Identity,
  path: string,
  init: { readonly prefer?: string; readonly body?: unknown } = {},
): Promise<{ readonly answer: Response; readonly kicked: Kicked }> {
  const headers = { authorization: `Bearer ${await server.token(identity)}` };
  const answer = await fetch(`${server.base}/${path}`, {
    method: init.body === undefined ? 'GET' : 'POST',
    headers: {
      ...headers,
      accept: 'application/fhir+json',
      prefer: init.prefer ?? 'respond-async',
      ...(init.body !== undefined && { 'content-type': 'application/fhir+json' }),
    },
    ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
  });
  return { answer, kicked: { location: answer.headers.get('content-location') ?? '', headers } };
}

/** The same by a FHIR client. */
export async function kickOffByClient(client: Client, resourceType?: string, id?: string): Promise<string> {
  const answer = await client.operation({
    name: 'export',
    ...(resourceType !== undefined && { resourceType }),
    ...(id !== undefined && { id }),
    method: 'GET',
    options: { headers: { prefer: 'respond-async', accept: 'application/fhir+json' } },
  });
  const { response } = Client.httpFor(answer);
  return response?.headers.get('content-location') ?? '';
}

export interface Followed {
  readonly manifest: ExportManifest;
  /** `X-Progress` as it was told, each once. */
  readonly progress: readonly string[];
  readonly finished: Response;
}

/** Asks until it is done. */
export async function follow({ location, headers }: Kicked): Promise<Followed> {
  const progress = new Set<string>();
  for (let asked = 0; asked < 3_000; asked += 1) {
    const finished = await fetch(location, { headers });
    if (finished.status === 200)
      return { manifest: (await finished.json()) as ExportManifest, progress: [...progress], finished };
    if (finished.status !== 202) throw new Error(`status ${finished.status}: ${await finished.text()}`);
    await finished.arrayBuffer();
    progress.add(finished.headers.get('x-progress') ?? '');
    await sleep(20);
  }
  throw new Error('The export does not end');
}

/** The resources of a list, as they were written. */
export async function linesOf(
  manifest: ExportManifest,
  headers: Kicked['headers'],
  list: 'output' | 'deleted' = 'output',
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { type, url, count } of manifest[list]) {
    const answer = await fetch(url, { headers });
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
    const text = await answer.text();
    const found = text.split('\n').slice(0, -1);
    if (found.length !== count || !text.endsWith('\n')) throw new Error(`${url}: ${found.length} of ${count} lines`);
    for (const line of found) {
      if ((JSON.parse(line) as Resource).resourceType !== type) throw new Error(`${url}: another type`);
      lines.push(line);
    }
  }
  return lines;
}

export async function exported(
  server: FhirServer,
  identity: Identity,
  path: string,
): Promise<{ readonly manifest: ExportManifest; readonly lines: readonly string[] }> {
  const { kicked } = await kickOff(server, identity, path);
  const { manifest } = await follow(kicked);
  return { manifest, lines: await linesOf(manifest, kicked.headers) };
}

export const namesOf = (lines: readonly string[]): readonly string[] =>
  lines
    .map((line) => {
      const { resourceType, id } = JSON.parse(line) as Resource;
      return `${resourceType}/${id}`;
    })
    .toSorted();

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { readConfiguration } from '#platform/configuration.js';
import { openApiFile } from '#platform/docs/docs.controller.js';
import { createLogger } from '#platform/logging.js';
import { type Backbone, openBackbone } from '../src/backbone.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly 'x-summary-en': string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly security: readonly object[];
}

const shipped = fileURLToPath(new URL('../../../../samples/station-messages-1/facilities.tsv', import.meta.url));
const document = JSON.parse(readFileSync(openApiFile, 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string }[];
};
const described = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
);
/** Whatever else is asked of the FHIR server is refused in its own words. */
const refusals = /^(?!POST \/fhir$)\w+ \/fhir(\/\*)?$/;

let folder: string;
let backbone: Backbone;
let served: readonly string[];
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  const configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    SECRETS_FILE: join(folder, 'k', 'k.json'),
  });
  const logger = createLogger({ logLevel: 'silent' });
  backbone = await openBackbone(configuration, { shipped }, logger, opened, async () => undefined);
  const server: FastifyInstance = backbone.application.getHttpAdapter().getInstance();
  served = [...server.routeNames]
    .filter((name) => !refusals.test(name))
    .map((name) => name.replaceAll(/:(\w+)/g, '{$1}'));
});
afterAll(async () => {
  await opened.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

describe('the OpenAPI document', () => {
  it('describes every route that is served, and no other', () => {
    expect(described.map(({ name }) => name).toSorted()).toEqual(served.toSorted());
  });

  it('is served to everybody, as is its page', async () => {
    const answer = await fetch(`${backbone.origin}/openapi.json`);
    expect([answer.status, await answer.json()]).toEqual([200, document]);
    for (const path of ['/docs', '/docs/docs.js', '/docs/docs.css'])
      expect((await fetch(backbone.origin + path)).status).toBe(200);
  });

  it('says rightly which routes need no token', async () => {
    const answers = await Promise.all(
      described.map(async ({ name, path, operation }) => {
        const address = backbone.origin + path.replaceAll(/\{\w+\}/g, 'x');
        const { status } = await fetch(address, { method: name.split(' ')[0] ?? 'GET', redirect: 'manual' });
        const open = operation.security.length === 0 || operation.security.some((one) => Object.keys(one).length === 0);
        return { name, open, status };
      }),
    );
    const closed = answers.filter(({ open }) => !open);
    expect(closed.filter(({ status }) => status !== 401)).toEqual([]);
    const open = answers.filter((answer) => answer.open);
    expect(open.filter(({ name, status }) => status === 401 && name !== 'GET /session')).toEqual([]);
  });

  it('names every operation once, in both languages, under a known heading, with the parameters of its path', () => {
    expect(new Set(described.map(({ operation }) => operation.operationId)).size).toBe(described.length);
    const headings = document.tags.map(({ name }) => name);
    for (const { path, operation } of described) {
      expect([operation.summary, operation['x-summary-en']]).toEqual([
        expect.stringMatching(/./),
        expect.stringMatching(/./),
      ]);
      expect(headings).toEqual(expect.arrayContaining([...operation.tags]));
      const inPath = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });
});

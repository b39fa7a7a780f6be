import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { commune } from '#apps/commune/src/service.js';
import { district } from '#apps/district/src/service.js';
import { province } from '#apps/province/src/service.js';
import { record } from '#apps/record/src/service.js';
import { serviceOfPath } from '#deploy/local/src/gateway/public-paths.js';
import { readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { openServices } from '#service/open-services.js';
import { secretsOf } from '#service/secrets-of.js';

const services = [commune, record, district, province];
const logger = createLogger({ logLevel: 'silent' });
let folder: string;
/** By service: `GET /referrals/:id` … */
const routes = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'public-paths-'));
  for (const service of services) {
    const configuration = readConfiguration({
      PORT: '0',
      DATA_DIR: join(folder, service.name),
      SECRETS_FILE: join(folder, 'keys', 'k.json'),
    });
    await using opened = new AsyncDisposableStack();
    const options = {
      name: service.name,
      services: [service],
      configuration,
      secrets: secretsOf(configuration),
      logger,
    };
    const { application } = await openServices(options, opened);
    const server: FastifyInstance = application.getHttpAdapter().getInstance();
    routes.set(service.name, new Set(server.routeNames));
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What every service serves. */
const common = (): readonly string[] =>
  [...(routes.get('commune') ?? [])].filter((route) => [...routes.values()].every((served) => served.has(route)));

describe('the services apart', () => {
  it.each(services.map(({ name }) => name))('%s has its own routes, and the gateway leads to them', (name) => {
    const own = [...(routes.get(name) ?? [])].filter((route) => !common().includes(route));
    expect(own.length).toBeGreaterThan(1);
    const led = own.map((route) => serviceOfPath(route.replace(/^\w+ /, '').replaceAll(/:\w+|\*/g, 'x')));
    expect(new Set(led)).toEqual(new Set([name]));
  });

  it('have in common what operators ask, keys, login and documentation, and nothing else', () => {
    const paths = new Set(common().map((route) => route.replace(/^\w+ \/([^/]*).*/, '$1')));
    expect([...paths].toSorted()).toEqual(
      ['.well-known', 'docs', 'health', 'login', 'metrics', 'openapi.json', 'session', 'views'].toSorted(),
    );
  });
});

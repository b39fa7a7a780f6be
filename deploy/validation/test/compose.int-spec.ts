import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readConfiguration } from '#platform/configuration.js';
import { type ComposeService, fourServices, readComposeFile } from './compose-file.js';
import { root, run, textOf } from './deploy-files.js';

const compose = readComposeFile();
const services = Object.entries(compose.services);
/** Those that end when their work is done. */
const jobs = ['keys', 'certificates'];

const folder = mkdtempSync(join(tmpdir(), 'compose-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync(join(root, 'deploy/compose'), folder, { recursive: true, filter: (from) => !from.endsWith('/secrets') });
const made = run('sh', [join(folder, 'make-secrets.sh')]);
const secretFile = (name: string): string => join(folder, 'secrets', name);

const namesOf = (networks: ComposeService['networks']): readonly string[] =>
  Array.isArray(networks) ? (networks as readonly string[]) : Object.keys(networks ?? {});

describe('docker-compose.yml', () => {
  /** By the schema of the specification, and the rules of a linter that are not about the alphabet. */
  const check = (file: string) => {
    const notOurs = [
      'no-quotes-in-volumes',
      'services-alphabetical-order',
      'service-keys-order',
      'top-level-properties-order',
    ];
    const off = notOurs.flatMap((rule) => ['--disable-rule', rule]);
    return run(process.execPath, ['node_modules/dclint/bin/dclint.cjs', ...off, '--max-warnings', '0', file]);
  };

  it('is what the compose specification allows', () => {
    expect(check('docker-compose.yml')).toMatchObject({ status: 0 });
    const misspelt = join(folder, 'docker-compose.yml');
    writeFileSync(misspelt, textOf('docker-compose.yml').replace('stop_grace_period', 'stop_grace_periode'));
    expect(check(misspelt)).toMatchObject({
      status: 1,
      said: expect.stringContaining('must NOT have additional properties'),
    });
  });

  it.each(services)('%s is pinned, limited, without privileges, and tells how it is', (name, service) => {
    const tag = service.build === undefined ? /:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/ : /^lien-tuyen:/;
    expect(service.image).toMatch(tag);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    if (service.user === 'root') expect(name).toBe('certificates');
    if (jobs.includes(name)) return;
    expect(service.restart).toBe('unless-stopped');
    expect(service.deploy?.resources?.limits?.memory).toMatch(/^\d+[MG]$/);
    // Our image brings its own.
    if (service.build === undefined) expect(service.healthcheck).toBeDefined();
  });

  it('has nothing start without being asked for, and one way in', () => {
    expect(services.filter(([, { profiles }]) => profiles === undefined)).toEqual([]);
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ['backbone', '127.0.0.1:3000:3000'],
      ['entry', '127.0.0.1:8443:8443'],
    ]);
    const withAWayOut = Object.keys(compose.networks).filter((name) => compose.networks[name]?.internal !== true);
    expect(
      services
        .filter(([, { networks }]) => namesOf(networks).some((name) => withAWayOut.includes(name)))
        .map(([name]) => name),
    ).toEqual(['entry']);
    const engines = services.filter(([, { networks }]) => namesOf(networks).includes('engines')).map(([name]) => name);
    expect(engines).not.toContain('entry');
    expect(engines).not.toContain('prometheus');
  });

  it('names only files, volumes, networks, secrets and services that there are', () => {
    const missing: string[] = [];
    for (const [name, service] of services) {
      for (const volume of service.volumes ?? []) {
        // A default of a variable counts: it is what is there without one.
        const from = volume.replace(/\$\{\w+:-([^}]*)\}/, '$1').split(':')[0] ?? '';
        const there = from.startsWith('./') ? existsSync(join(root, from)) : Object.hasOwn(compose.volumes, from);
        if (!there) missing.push(`${name}: ${from}`);
      }
      for (const network of namesOf(service.networks))
        if (!Object.hasOwn(compose.networks, network)) missing.push(`${name}: ${network}`);
      for (const secret of service.secrets ?? []) {
        const source = typeof secret === 'string' ? secret : secret.source;
        if (!Object.hasOwn(compose.secrets, source)) missing.push(`${name}: ${source}`);
      }
      for (const other of Object.keys(service.depends_on ?? {}))
        if (!Object.hasOwn(compose.services, other)) missing.push(`${name}: ${other}`);
      for (const file of service.env_file ?? [])
        if (!existsSync(secretFile(file.replace(/^.*\//, '')))) missing.push(`${name}: ${file}`);
    }
    expect(missing).toEqual([]);
  });

  it('has the secrets that its script makes: once, apart from the repository, in a folder for its owner', () => {
    expect(made).toMatchObject({ status: 0 });
    const before = readdirSync(join(folder, 'secrets')).map((name) => readFileSync(secretFile(name), 'utf8'));
    for (const { file } of Object.values(compose.secrets)) {
      expect(file).toMatch(/^deploy\/compose\/secrets\//);
      expect(statSync(secretFile(file.replace(/^.*\//, ''))).size).toBeGreaterThan(20);
    }
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    expect(new Set(before).size).toBe(before.length);
    expect(run('sh', [join(folder, 'make-secrets.sh')])).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, 'secrets')).map((name) => readFileSync(secretFile(name), 'utf8'))).toEqual(before);
    // `git check-ignore` ends with 1 for a path that would be committed.
    expect(run('git', ['check-ignore', '--quiet', '--no-index', 'deploy/compose/secrets/services.env']).status).toBe(0);
  });

  it.each(fourServices)('gives %s a program that there is, and settings that it takes', (name) => {
    const service = compose.services[name];
    expect(service?.deploy?.replicas).toBeGreaterThanOrEqual(2);
    expect(service?.read_only).toBe(true);
    expect(service?.command?.[0]).toBe(`dist/apps/${name}/src/main.js`);
    expect(existsSync(join(root, `dist/apps/${name}/src/main.js`))).toBe(true);
    const settings = service?.secrets?.find(
      (secret) => typeof secret !== 'string' && secret.target === '/product/.env',
    );
    expect(settings).toMatchObject({ source: 'services.env' });
    const image = { HOST: '0.0.0.0', PORT: '3000', SECRETS_FILE: '/var/lib/lien-tuyen/secrets/keys.json' };
    const configuration = readConfiguration(
      { ...image, ...service?.environment },
      readFileSync(secretFile('services.env'), 'utf8'),
      '/product',
    );
    expect(configuration).toMatchObject({
      engines: 'distributed',
      eventStoreUrl: expect.stringContaining('event-store-3:2113'),
      databaseUrl: expect.stringMatching(/^postgres:\/\/lien_tuyen:[0-9a-f]{48}@postgres:5432\/lien_tuyen$/),
      kafka: { brokers: ['kafka-1:9092', 'kafka-2:9092', 'kafka-3:9092'] },
      oidcIssuer: 'https://lien-tuyen.localhost:8443/auth/realms/lien-tuyen',
    });
  });

  it('lets the record reach intake', () => {
    const { INTAKE_URL: url = '', ...others } = compose.services['record']?.environment ?? {};
    expect(others).toEqual(compose.services['commune']?.environment);
    const { hostname, port } = new URL(url);
    expect([hostname, port]).toEqual(['commune', '3000']);
    const shared = namesOf(compose.services['commune']?.networks);
    expect(namesOf(compose.services['record']?.networks).some((network) => shared.includes(network))).toBe(true);
  });

  it('has three of everything that must outlive one of its machines, each knowing the others', () => {
    for (const engine of ['event-store', 'kafka']) {
      const names = [1, 2, 3].map((number) => `${engine}-${number}`);
      for (const name of names) {
        const environment = JSON.stringify(compose.services[name]?.environment);
        for (const other of names) expect([name, environment.includes(other)]).toEqual([name, true]);
        expect(compose.services['commune']?.depends_on).toHaveProperty([name]);
      }
    }
  });
});

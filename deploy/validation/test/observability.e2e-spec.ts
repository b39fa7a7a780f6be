import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { startServer } from '#apps/backbone/src/verify/own-server.js';
import type { EventStore } from '#event-store/event-store.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { observeRelays } from '#service/engines/relay-metrics.js';
import { fourServices, readComposeFile } from './compose-file.js';
import { documentsOf, isHere, run, textOf } from './deploy-files.js';
import { metricsIn } from './promql.js';

const rulesFile = 'deploy/observability/rules/lien-tuyen.rules.yml';
const dashboardFile = 'deploy/observability/grafana/dashboards/lien-tuyen.json';
/** Made by Prometheus itself. */
const ofPrometheus = ['up', 'ALERTS'];

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = (documentsOf(textOf(rulesFile))[0] as Rules).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(textOf(dashboardFile)) as { panels: readonly Panel[] };
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  // Grafana's own variable stands for a duration.
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr.replaceAll('$__rate_interval', '5m')] as const),
  ),
];

/** Names that a type of metric is exposed under. */
function namesOf(type: string, name: string): readonly string[] {
  return type === 'histogram' || type === 'summary' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

describe('what is watched', () => {
  const exposed = new Set(ofPrometheus);
  const folder = mkdtempSync(join(tmpdir(), 'observability-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const secretsFile = join(folder, 'keys', 'k.json');
    const environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile, OIDC_ISSUER: '' };
    const server = await startServer(environment, ['--empty', '--no-tokens']);
    try {
      const token = await new TokenIssuer(openSecrets(secretsFile)).issue({ kind: 'operator', hours: 1 });
      const answer = await fetch(`${server.origin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
      for (const [, name = '', type = ''] of (await answer.text()).matchAll(/^# TYPE (\S+) (\w+)$/gm)) {
        for (const one of namesOf(type, name)) exposed.add(one);
      }
    } finally {
      await server.stop();
    }
    // Embedded engines relay nothing: what a service on Kafka exposes besides. Only the names are asked for, no engine is.
    const relays = new Registry();
    observeRelays(relays, [], { database: {} as ViewDatabase, events: {} as EventStore });
    for (const { name } of relays.getMetricsAsArray()) exposed.add(name);
  }, 60_000);

  it.each(expressions)('"%s" is PromQL and reads metrics that there are: %s', (_name, expression) => {
    const names = metricsIn(expression);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !exposed.has(name))).toEqual([]);
  });

  it('is refused where it is no PromQL', () => {
    expect(() => metricsIn('sum by (route (rate(up[5m]))')).toThrow(SyntaxError);
    expect(metricsIn('rate(no_such_metric[5m]) > on (service) up')).toEqual(['no_such_metric', 'up']);
  });

  it('shows all that an operator asks for, from the data source that is provisioned', () => {
    const read = new Set(
      panels.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => metricsIn(expr.replaceAll('$__rate_interval', '5m'))),
      ),
    );
    expect([...read]).toEqual(
      expect.arrayContaining([
        'intake_messages_total',
        'http_request_duration_seconds_bucket',
        'view_delay_seconds',
        'view_events_set_aside',
        'relay_delay_seconds',
        'relay_refused_total',
        'event_store_connected',
        'event_store_append_duration_seconds_bucket',
        'process_resident_memory_bytes',
        'nodejs_eventloop_lag_p99_seconds',
      ]),
    );
    const [{ datasources } = { datasources: [] }] = documentsOf(
      textOf('deploy/observability/grafana/provisioning/datasources/prometheus.yml'),
    ) as readonly { datasources: readonly { uid: string; url: string }[] }[];
    const uids = new Set(panels.flatMap(({ datasource }) => (datasource ? [datasource.uid] : [])));
    expect([...uids]).toEqual(datasources.map(({ uid }) => uid));
    expect(datasources[0]?.url).toBe('http://prometheus:9090');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('is found by the names of the compose file', () => {
    const compose = readComposeFile();
    const [configuration] = documentsOf(textOf('deploy/observability/prometheus.yml')) as readonly {
      scrape_configs: readonly { dns_sd_configs: readonly { names: readonly string[]; port: number }[] }[];
    }[];
    const [found] = configuration?.scrape_configs[0]?.dns_sd_configs ?? [];
    expect(found).toMatchObject({ names: fourServices, port: 3000 });
    for (const name of [...fourServices, 'prometheus', 'grafana']) {
      expect(compose.services[name]?.networks).toContain('watching');
    }
  });
});

(isHere('promtool', 'Prometheus rules') ? describe : describe.skip)('Prometheus itself', () => {
  it('takes the configuration and the rules, and the rules fire when they should and only then', () => {
    expect(run('promtool', ['check', 'config', '--syntax-only', 'deploy/observability/prometheus.yml'])).toMatchObject({
      status: 0,
    });
    expect(run('promtool', ['check', 'rules', rulesFile])).toMatchObject({ status: 0 });
    const tests = run('promtool', ['test', 'rules', 'deploy/observability/rules/lien-tuyen.test.yml']);
    expect(tests).toMatchObject({ status: 0 });
  });

  it('takes every expression of the dashboard', () => {
    const folder = mkdtempSync(join(tmpdir(), 'promql-'));
    try {
      const checked = {
        groups: [
          { name: 'dashboard', rules: expressions.map(([, expr], index) => ({ record: `expression_${index}`, expr })) },
        ],
      };
      writeFileSync(join(folder, 'dashboard.yml'), JSON.stringify(checked));
      expect(run('promtool', ['check', 'rules', join(folder, 'dashboard.yml')])).toMatchObject({ status: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

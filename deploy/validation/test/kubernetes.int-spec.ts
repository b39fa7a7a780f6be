import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readConfiguration } from '#platform/configuration.js';
import { fourServices } from './compose-file.js';
import { documentsOf, isHere, root, run, textOf } from './deploy-files.js';
import { type KubernetesObject, typeFaults } from './kubernetes-types.js';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext?: object;
  readonly resources?: { readonly requests?: object; readonly limits?: { readonly memory?: string } };
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
  readonly startupProbe?: object;
}
interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}
interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: object;
    readonly containers: readonly Container[];
    readonly volumes: readonly Volume[];
  };
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inside, name) => (inside as Record<string, unknown> | undefined)?.[name], value);

function podsOf(
  objects: readonly KubernetesObject[],
): readonly { readonly of: KubernetesObject; readonly pod: PodTemplate }[] {
  return objects.flatMap((of) => {
    const pod = at(of, 'spec', 'template') ?? at(of, 'spec', 'jobTemplate', 'spec', 'template');
    return pod === undefined ? [] : [{ of, pod: pod as PodTemplate }];
  });
}

const selects = (selector: unknown, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries((selector as Record<string, string> | undefined) ?? {}).every(
    ([name, value]) => labels[name] === value,
  );

const kubectl = isHere('kubectl', 'Kubernetes manifests');

(kubectl ? describe : describe.skip).each(['small', 'province'])('the overlay %s', (overlay) => {
  let objects: readonly KubernetesObject[];
  const named = (kind: string, name: string): boolean =>
    objects.some((one) => one.kind === kind && one.metadata.name.startsWith(name));

  beforeAll(() => {
    const built = run('kubectl', ['kustomize', `deploy/kubernetes/overlays/${overlay}`]);
    if (built.status !== 0) throw new Error(built.said);
    objects = documentsOf(built.stdout) as readonly KubernetesObject[];
  });

  it('is what Kubernetes knows, field by field', () => {
    expect(typeFaults(objects)).toBe('');
    const [first] = podsOf(objects);
    const misspelt = { ...first?.of, spec: { ...(first?.of['spec'] as object), replica: 2 } } as KubernetesObject;
    expect(typeFaults([misspelt])).toContain('replica');
  }, 60_000);

  it('keeps pods from everything they need not have', () => {
    for (const { pod } of podsOf(objects)) {
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.spec).toMatchObject({ serviceAccountName: 'lien-tuyen', automountServiceAccountToken: false });
      for (const { securityContext, resources, image } of pod.spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toMatchObject({ requests: { cpu: expect.any(String), memory: expect.any(String) } });
        expect(resources?.limits?.memory).toMatch(/^\d+(Mi|Gi)$/);
        expect(image).toMatch(/:\d+\.\d+/);
      }
    }
  });

  it('lets nothing in or out but by a rule, and reaches every serving pod by one', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.find(({ metadata }) => metadata.name === 'default-deny')?.['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const entry = policies.find(({ metadata }) => metadata.name === 'from-the-entry');
    const serving = podsOf(objects).filter(({ of }) => of.kind !== 'CronJob');
    for (const { pod } of serving)
      expect(selects(at(entry, 'spec', 'podSelector', 'matchLabels'), pod.metadata.labels)).toBe(true);
    expect(serving).toHaveLength(overlay === 'small' ? 1 : 4);
  });

  it('lets the record reach intake where the two are apart', () => {
    if (overlay === 'small') return;
    const pods = new Map(podsOf(objects).map(({ pod }) => [pod.metadata.labels['app.kubernetes.io/name'], pod]));
    const [record, commune] = ['record', 'commune'].map((name) => pods.get(name));
    const url = record?.spec.containers[0]?.env?.find(({ name }) => name === 'INTAKE_URL')?.value ?? '';
    const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === new URL(url).hostname);
    expect(selects(at(service, 'spec', 'selector'), commune?.metadata.labels ?? {})).toBe(true);
    const allowed = (way: 'egress' | 'ingress', of: PodTemplate | undefined, other: PodTemplate | undefined): boolean =>
      objects
        .filter(({ kind }) => kind === 'NetworkPolicy')
        .filter((one) => selects(at(one, 'spec', 'podSelector', 'matchLabels'), of?.metadata.labels ?? {}))
        .flatMap((one) => (at(one, 'spec', way) ?? []) as readonly object[])
        .flatMap((rule) => (at(rule, way === 'egress' ? 'to' : 'from') ?? []) as readonly object[])
        .some((peer) => {
          const labels = at(peer, 'podSelector', 'matchLabels');
          return (
            labels !== undefined && !('namespaceSelector' in peer) && selects(labels, other?.metadata.labels ?? {})
          );
        });
    expect([allowed('egress', record, commune), allowed('ingress', commune, record)]).toEqual([true, true]);
    expect(allowed('egress', record, pods.get('district'))).toBe(false);
  });

  it('probes what serves, and runs programs that there are with settings that they take', () => {
    const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'settings');
    for (const { of, pod } of podsOf(objects)) {
      for (const container of pod.spec.containers) {
        if (of.kind !== 'CronJob') {
          const live = { httpGet: { path: '/health/live', port: 'http' } };
          expect(container).toMatchObject({
            startupProbe: live,
            livenessProbe: live,
            readinessProbe: { httpGet: { path: '/health/ready', port: 'http' } },
          });
        }
        const [program] = container.args ?? [];
        if (program === undefined) continue;
        expect(existsSync(join(root, program))).toBe(true);
        const own = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
        const given = at(settings, 'data') as Record<string, string>;
        const addresses = at(
          documentsOf(textOf('deploy/kubernetes/samples/secrets.yaml'))[0],
          'stringData',
          'services.env',
        );
        const filledIn = String(addresses).replaceAll(/<([\w-]+)>/g, '$1');
        const envFile = overlay === 'province' ? filledIn : '';
        const configuration = readConfiguration({ ...given, ...own }, envFile, '/product');
        expect(configuration.engines).toBe(overlay === 'province' ? 'distributed' : 'embedded');
      }
    }
  });

  it('mounts what there is: in itself, or in the samples of secrets', () => {
    const samples = documentsOf(textOf('deploy/kubernetes/samples/secrets.yaml')) as readonly KubernetesObject[];
    const sampled = (kind: string, name: string): boolean =>
      samples.some((one) => one.kind === kind && one.metadata.name === name);
    for (const { of, pod } of podsOf(objects)) {
      for (const { secret, configMap, persistentVolumeClaim } of pod.spec.volumes) {
        const places = [of.metadata.name, secret?.secretName ?? configMap?.name ?? persistentVolumeClaim?.claimName];
        if (secret) expect([...places, sampled('Secret', secret.secretName)]).toEqual([...places, true]);
        if (configMap) {
          const there = named('ConfigMap', configMap.name) || sampled('ConfigMap', configMap.name);
          expect([...places, there]).toEqual([...places, true]);
        }
        if (persistentVolumeClaim) {
          const claims = objects.flatMap((one) =>
            ((at(one, 'spec', 'volumeClaimTemplates') ?? []) as readonly KubernetesObject[]).map(
              ({ metadata }) => `${metadata.name}-${one.metadata.name}-0`,
            ),
          );
          const { claimName } = persistentVolumeClaim;
          const there = claims.includes(claimName) || named('PersistentVolumeClaim', claimName);
          expect([...places, there]).toEqual([...places, true]);
        }
      }
    }
  });

  it('has services, budgets and autoscalers that find their pods', () => {
    const pods = podsOf(objects);
    for (const one of objects) {
      const selector =
        one.kind === 'Service'
          ? at(one, 'spec', 'selector')
          : one.kind === 'PodDisruptionBudget'
            ? at(one, 'spec', 'selector', 'matchLabels')
            : undefined;
      if (selector !== undefined) {
        expect(Object.keys(selector as object)).toContain('app.kubernetes.io/name');
        expect(pods.filter(({ pod }) => selects(selector, pod.metadata.labels))).toHaveLength(1);
      }
      if (one.kind === 'HorizontalPodAutoscaler') {
        const target = at(one, 'spec', 'scaleTargetRef') as { kind: string; name: string };
        const scaled = objects.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
        expect(at(scaled, 'spec')).not.toHaveProperty('replicas');
      }
    }
    if (overlay === 'province') {
      for (const name of fourServices) expect(named('PodDisruptionBudget', `${name}-`)).toBe(true);
    }
  });
});

it('manifests hold no secrets: what is to be filled in says so', () => {
  const samples = documentsOf(textOf('deploy/kubernetes/samples/secrets.yaml')) as readonly KubernetesObject[];
  for (const { kind, ...rest } of samples.filter((one) => one.kind === 'Secret')) {
    expect(kind).toBe('Secret');
    expect(
      Object.values(at(rest, 'stringData') as Record<string, string>).every((text) => /<[\w -]+>/.test(text)),
    ).toBe(true);
  }
});

/** The Kubernetes manifest of deploy/: by the schemas of Kubernetes' API, and by what three servers need. No cluster takes it in these tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes, SLUICE_VERSION } from '@sluice/contract';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { loadServerConfig } from '../../packages/server/src/config.ts';
import { HAND_OVER_SECONDS, kubernetesObjects, listAt, sectionAt, type Section, valueAt } from './deploy-files.ts';
import { unreadKeys } from './unread-keys.ts';

/** Made from the OpenAPI document of Kubernetes. */
const MODELS = { ConfigMap, Deployment, Service, PodDisruptionBudget };

const objects = kubernetesObjects();
const objectOf = (kind: keyof typeof MODELS): Section => objects.find((one) => one['kind'] === kind) ?? {};

/** @throws what the schema says against it. @returns The keys that the schema does not know, which Kubernetes would drop or refuse. */
function validate(object: Section): readonly string[] {
  const [, model] = Object.entries(MODELS).find(([kind]) => kind === object['kind']) ?? [];
  if (model === undefined) throw new Error(`no schema for ${String(object['kind'])}`);
  return unreadKeys(object, (watched) => model.prototype.validate.call(watched));
}

describe("the schemas of Kubernetes' API", () => {
  test.each(objects.map((object): [string, Section] => [String(object['kind']), object]))(
    'are kept by the %s',
    (_kind, object) => {
      expect(validate(object)).toEqual([]);
    },
  );

  test('tell what is wrong', () => {
    const deployment = objectOf('Deployment');
    const spec = sectionAt(deployment, 'spec');
    const withSpec = (spoiled: object) => ({ ...deployment, spec: { ...spec, ...spoiled } });
    expect(() => validate(withSpec({ replicas: 'three' }))).toThrow(/replicas/u);
    expect(() => validate(withSpec({ template: undefined }))).toThrow(/template/u);
    expect(validate(withSpec({ replica: 3 }))).toEqual(['/spec/replica']);
    expect(validate({ ...deployment, specs: {} })).toEqual(['/specs']);
  });
});

const pod = sectionAt(objectOf('Deployment'), 'spec', 'template', 'spec');
const container = sectionAt(pod, 'containers', 0);

test('all of them are about the same pods', () => {
  const labels = { 'app.kubernetes.io/name': 'sluice' };
  expect(valueAt(objectOf('Deployment'), 'spec', 'template', 'metadata', 'labels')).toEqual(labels);
  for (const kind of ['Deployment', 'PodDisruptionBudget'] as const)
    expect(valueAt(objectOf(kind), 'spec', 'selector')).toEqual({ matchLabels: labels });
  expect(valueAt(objectOf('Service'), 'spec', 'selector')).toEqual(labels);
  for (const constraint of listAt(pod, 'topologySpreadConstraints'))
    expect(constraint).toMatchObject({ labelSelector: { matchLabels: labels } });
});

test('three servers, of which none is missing during an update, and no more than one when machines are emptied', () => {
  expect(objectOf('Deployment')).toMatchObject({
    spec: { replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
  });
  expect(objectOf('PodDisruptionBudget')).toMatchObject({ spec: { maxUnavailable: 1 } });
  expect(Number(pod['terminationGracePeriodSeconds'])).toBeGreaterThan(HAND_OVER_SECONDS);
  expect(container['lifecycle']).toBeUndefined();
});

test('it is asked at the routes that there are, and only traffic hangs on the database', () => {
  const askedAt = (probe: string) => valueAt(container, probe, 'httpGet', 'path');
  expect(askedAt('readinessProbe')).toBe(routes.readinessCheck.path);
  expect(askedAt('livenessProbe')).toBe(routes.livenessCheck.path);
  expect(askedAt('startupProbe')).toBe(routes.livenessCheck.path);
  const [port] = listAt(container, 'ports');
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe'])
    expect(valueAt(container, probe, 'httpGet')).toMatchObject({ port: valueAt(port, 'name'), scheme: 'HTTPS' });
  expect(listAt(objectOf('Service'), 'spec', 'ports')).toMatchObject([{ targetPort: valueAt(port, 'name') }]);
});

test('no secret is in it, and each that it needs is taken from one', () => {
  expect(objects.filter((object) => object['kind'] === 'Secret')).toEqual([]);
  const env = listAt(container, 'env');
  const fromSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: 'sluice', key } } });
  expect(env).toEqual(
    expect.arrayContaining([
      fromSecret('SLUICE_DATABASE_URL', 'database-url'),
      fromSecret('SLUICE_ADMIN_TOKEN', 'admin-token'),
      fromSecret('SLUICE_JOIN_TOKEN', 'join-token'),
    ]),
  );
});

test('each pod says its own address', () => {
  const env = listAt(container, 'env');
  const own = env.findIndex((variable) => valueAt(variable, 'valueFrom', 'fieldRef', 'fieldPath') === 'status.podIP');
  const said = env.findIndex((variable) => valueAt(variable, 'name') === 'SLUICE_ADVERTISE');
  expect(valueAt(env[said], 'value')).toBe(`https://$(${String(valueAt(env[own], 'name'))}):7070`);
  // A variable is put into another one only where it stands before it.
  expect(own).toBeLessThan(said);
});

test('it is the image of this version, as nobody in particular, on a disk that cannot be written', () => {
  expect(container['image']).toBe(`sluice-server:${SLUICE_VERSION}`);
  expect(pod['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 });
  expect(container['securityContext']).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod['automountServiceAccountToken']).toBe(false);
  for (const mount of listAt(container, 'volumeMounts')) expect(mount).toMatchObject({ readOnly: true });
});

test('the server takes the configuration of the ConfigMap, with files that are mounted', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'sluice-configmap-'));
  try {
    const [flag, at] = listAt(container, 'args');
    expect(flag).toBe('--config');
    const name = path.basename(String(at));
    const file = path.join(directory, name);
    await writeFile(file, String(valueAt(objectOf('ConfigMap'), 'data', name)));
    const loaded = loadServerConfig({
      flags: { config: file },
      env: { SLUICE_DATABASE_URL: 'postgres://sluice@db/sluice' },
    });
    if (!loaded.ok) throw new Error(loaded.message);
    const { host, port, tls, warnings } = loaded.config;
    expect({ host, port, warnings }).toEqual({ host: '0.0.0.0', port: 7070, warnings: [] });
    const mounts = listAt(container, 'volumeMounts').map((mount) => String(valueAt(mount, 'mountPath')));
    for (const used of [String(at), tls?.cert ?? '', tls?.key ?? '']) expect(mounts).toContain(path.dirname(used));
  } finally {
    await rm(directory, { recursive: true });
  }
});

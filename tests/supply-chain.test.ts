/** What Sluice is made of: exact versions, each with its reason in docs/dependencies.md, and a bill of materials that can be made. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SLUICE_VERSION } from '@sluice/contract';
import { describe, expect, test } from 'vitest';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const manifests = [
  'package.json',
  ...['packages', 'examples'].flatMap((folder) =>
    readdirSync(path.join(workspace, folder)).map((name) => `${folder}/${name}/package.json`),
  ),
];

interface Dependency {
  readonly manifest: string;
  readonly name: string;
  readonly version: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function manifestOf(file: string): Readonly<Record<string, unknown>> {
  const manifest: unknown = JSON.parse(readFileSync(path.join(workspace, file), 'utf8'));
  return isRecord(manifest) ? manifest : {};
}

function dependencies(): readonly Dependency[] {
  return manifests.flatMap((manifest) =>
    ['dependencies', 'devDependencies'].flatMap((kind) => {
      const given = manifestOf(manifest)[kind];
      return Object.entries(isRecord(given) ? given : {}).map(([name, version]) => ({
        manifest,
        name,
        version: String(version),
      }));
    }),
  );
}

describe('every direct dependency', () => {
  test('has an exact version', () => {
    expect(dependencies().filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/u.test(version))).toEqual([]);
  });

  test('has its reason in docs/dependencies.md, and nothing is there that is not used', () => {
    const page = readFileSync(path.join(workspace, 'docs/dependencies.md'), 'utf8');
    const told = new Set(
      [...page.matchAll(/^\| (`[^|]+)\|/gmu)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([^`]+)`/gu)].map(([, name]) => name),
      ),
    );
    const used = new Set(
      dependencies()
        .map(({ name }) => name)
        .filter((name) => !/^(@sluice\/|sluice$)/u.test(name)),
    );
    expect(told).toEqual(used);
  });

  test('is the same version everywhere', () => {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of dependencies()) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
  });
});

test('every package of ours has the version that the program tells', () => {
  expect(manifests.map((manifest) => manifestOf(manifest)['version'])).toEqual(manifests.map(() => SLUICE_VERSION));
});

test('every package of the lock file has a checksum, and none is from elsewhere than the registry', () => {
  const lock = manifestOf('package-lock.json')['packages'];
  const packages = Object.entries(isRecord(lock) ? lock : {}).filter(([name]) => name.startsWith('node_modules/'));
  expect(packages.length).toBeGreaterThan(100);
  const foreign = packages.filter(([, entry]) => {
    if (!isRecord(entry) || entry['link'] === true) return false;
    const { resolved, integrity, optional } = entry;
    const isElsewhere = typeof resolved === 'string' && !resolved.startsWith('https://registry.npmjs.org/');
    const hasChecksum = typeof integrity === 'string' && integrity.startsWith('sha512-');
    // Platform packages that the lock file was made without are named by version only.
    return isElsewhere || (!hasChecksum && optional !== true);
  });
  expect(foreign).toEqual([]);
});

test('a bill of materials can be made of it', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'sbom'], {
    cwd: workspace,
    maxBuffer: 64 * 1024 * 1024,
  });
  const bill: unknown = JSON.parse(stdout);
  const components = isRecord(bill) && Array.isArray(bill['components']) ? bill['components'] : [];
  const names = components.map((component: unknown) => (isRecord(component) ? String(component['name']) : ''));
  for (const name of ['fastify', 'better-sqlite3', 'ws']) expect(names).toContain(name);
  expect(names).not.toContain('vitest');
});

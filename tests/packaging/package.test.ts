/** The package that `npm pack` makes: what is in it, and that it runs where there is nothing but it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { InstalledPackage, isRegistryReachable } from './installed-package.ts';

/** Milliseconds for `npm pack`, which builds, and `npm install`, on a loaded machine. */
const NPM_WITHIN_MS = 240_000;

const isOnline = isRegistryReachable();
if (!isOnline) console.log('The npm registry does not answer here: installing the package is skipped.');

let sluice: InstalledPackage;
beforeAll(async () => {
  sluice = await InstalledPackage.pack();
}, NPM_WITHIN_MS);
afterAll(() => sluice.remove());

test('npm and Node.js find nothing wrong with it', async () => {
  const bytes = await readFile(sluice.tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('it has what it runs with, what explains it, and nothing else', async () => {
  const files = await sluice.files();
  for (const wanted of [
    'package.json',
    'README.md',
    'LICENSE',
    'packages/cli/bin/sluice.js',
    'packages/cli/dist/bundle/main.js',
    'packages/cli/dist/bundle/THIRD-PARTY-NOTICES.txt',
    'examples/game-server/dist/server.js',
    'examples/game-server/commands/invite.mjs',
    'docs/installing.md',
  ])
    expect(files).toContain(wanted);
  const known =
    /^(package\.json|[\w.-]+\.md|LICENSE|docs\/[\w-]+\.md|monitoring\/[\w-]+\.(yaml|json)|packages\/cli\/bin\/sluice\.js|packages\/cli\/dist\/bundle\/[^/]+|packages\/dashboard\/dist\/.+|examples\/game-server\/(README\.md|(dist|commands)\/\w+\.m?js))$/u;
  expect(files.filter((file) => !known.test(file) || file.includes('.test.'))).toEqual([]);
});

test('it loads what its manifest says that npm is to install, exactly that', async () => {
  const bundle = (await sluice.files()).filter((file) => /^packages\/cli\/dist\/bundle\/.*\.js$/u.test(file));
  const loaded = new Set<string>();
  for (const file of bundle) {
    const written = await readFile(path.join(import.meta.dirname, '../..', file), 'utf8');
    // Comments name types by `import("…")`, and load nothing.
    const text = written.replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gmu, '');
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\b[^"'\n]*["']([^."'\n][^"'\n]*)["'];?$/gmu))
      loaded.add(name);
    for (const [, name = ''] of text.matchAll(/\bimport\(["']([^."'\n][^"'\n]*)["']\)/gu)) loaded.add(name);
    // Of which only files are given out.
    for (const [, name = ''] of text.matchAll(/\.resolve\(["']([^."'\n][^"'\n]*)\/package\.json["']\)/gu))
      loaded.add(name);
  }
  const isOfNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name);
  expect([...loaded].filter((name) => !isOfNode(name)).toSorted()).toEqual(
    Object.keys(manifest.dependencies).toSorted(),
  );
});

describe.skipIf(!isOnline)('installed with npm install -g', () => {
  beforeAll(() => sluice.install(), NPM_WITHIN_MS);

  test('sluice version', async () => {
    const version = await ended(start(sluice, ['version', '-o', 'json']));
    expect(version).toMatchObject({ code: 0 });
    expect(JSON.parse(version.output)).toEqual({ sluice: manifest.version, node: process.versions.node });
  });

  test('sluice demo, whose nodes the installed command lists and drains', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const demo = start(sluice, ['demo', '--port', String(port)]);
    try {
      await waitFor('the fleet to run', () => demo.output().includes('Ctrl-C ends everything.'), {
        withinMs: 60_000,
        seen: demo.output,
      });
      expect(demo.output()).toContain('\n  sluice nodes drain lobby-1 --timeout 60s --wait\n');
      const [, token = ''] = /SLUICE_TOKEN=(\S+)/u.exec(demo.output()) ?? [];
      const env = { SLUICE_URL: `http://127.0.0.1:${port}`, SLUICE_TOKEN: token };
      const drain = await ended(start(sluice, ['nodes', 'drain', 'lobby-1', '--timeout', '2s', '--wait'], env));
      expect(drain).toMatchObject({ code: 0, output: expect.stringContaining('drained') });
      const list = await ended(start(sluice, ['nodes', 'list', '--status', 'drained', '-o', 'name'], env));
      expect(list.output).toBe('lobby-1\n');
      const docs = await fetch(`http://127.0.0.1:${port}/docs/`);
      expect(docs.status).toBe(200);
    } finally {
      demo.child.kill('SIGINT');
    }
    expect(await ended(demo)).toMatchObject({
      code: 0,
      output: expect.stringContaining('Every process of the demo has ended.'),
    });
  });

  // The last one: it breaks what is installed.
  test('a server says so when its SQLite was not built, and commands need none', async () => {
    await rm(path.join(sluice.folder, 'node_modules/better-sqlite3/build'), { recursive: true });
    expect(await ended(start(sluice, ['version']))).toMatchObject({ code: 0 });
    const server = await ended(start(sluice, ['server', '--listen', '127.0.0.1:0', '--data', 'data']));
    expect(server).toMatchObject({
      code: 1,
      output: expect.stringContaining('SQLite does not load in this Node.js'),
    });
  });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** The installed command, where nothing of the checkout is in reach. */
function start(
  installed: InstalledPackage,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(installed.command, args, {
    cwd: installed.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: installed.directory, NO_COLOR: '1', ...env },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const over = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { child, output: () => output, ended: over };
}

async function ended(started: Started): Promise<{ readonly code: number | null; readonly output: string }> {
  return { code: await started.ended, output: started.output() };
}

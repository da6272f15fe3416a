/** The libraries as others get them: their tarballs, installed alone in an empty folder, typechecked there under strict settings, and their README's examples run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

const run = promisify(execFile);
const workspace = fileURLToPath(new URL('../..', import.meta.url));
const LIBRARIES = ['client', 'workload'] as const;
/** What npm says when it is the registry that is missing, and nothing is wrong with the packages. */
const NO_REGISTRY = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED|E5\d\d/u;

/** What a careful consumer sets; `skipLibCheck: false` checks our own types as well. */
const STRICT = {
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

let consumer: string;
let installed = true;

beforeAll(async () => {
  consumer = await mkdtemp(path.join(os.tmpdir(), 'sluice-consumer-'));
  const { stdout } = await run('npm', ['run', '-s', 'pack:libraries'], { cwd: workspace });
  const tarballs = stdout.split('\n').filter((line) => line.endsWith('.tgz'));
  await writeFile(path.join(consumer, 'package.json'), '{"name":"consumer","private":true,"type":"module"}');
  try {
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], { cwd: consumer });
  } catch (error) {
    if (!NO_REGISTRY.test(String(error))) throw error;
    installed = false;
    console.log('No registry is reachable: the tests of the installed libraries are skipped.');
  }
  for (const library of LIBRARIES) {
    const readme = await readFile(path.join(workspace, 'packages', library, 'README.md'), 'utf8');
    await writeFile(path.join(consumer, `${library}.ts`), /```ts\n(.*?)```/su.exec(readme)?.[1] ?? '');
  }
}, 120_000);
afterAll(() => rm(consumer, { recursive: true, force: true }));

/** Compiles the consumer's files with the workspace's compiler and its types of Node.js; nothing else of it can be found from there. */
async function compile(name: string, options: Readonly<Record<string, unknown>>): Promise<string> {
  const file = path.join(consumer, `tsconfig.${name}.json`);
  const compilerOptions = { ...STRICT, typeRoots: [path.join(workspace, 'node_modules/@types')], ...options };
  await writeFile(file, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const outcome = await run(process.execPath, [path.join(workspace, 'node_modules/typescript/bin/tsc'), '-p', file], {
    cwd: consumer,
  }).catch((error: unknown) => ({ stdout: String(Reflect.get(Object(error), 'stdout')) }));
  return outcome.stdout;
}

describe.each(LIBRARIES)('%s', (library) => {
  test('its package has no fault that publint knows', async () => {
    const { messages, pkg } = await publint({ pkgDir: path.join(workspace, 'dist', library), strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('nothing of the workspace is behind it', async ({ skip }) => {
    if (!installed) skip('no registry is reachable');
    const lock = await readFile(path.join(consumer, 'package-lock.json'), 'utf8');
    expect([...lock.matchAll(/"(node_modules\/[^"]+)": \{/gu)].map(([, name]) => name)).toEqual([
      'node_modules/@sluice/client',
      'node_modules/@sluice/workload',
      'node_modules/eventsource-parser',
      'node_modules/typebox',
    ]);
    const manifest = await readFile(path.join(consumer, 'node_modules/@sluice', library, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).not.toHaveProperty('private');
  });
});

test.for(['nodenext', 'bundler'])(
  'a strict program typechecks, with modules as %s',
  { timeout: 60_000 },
  async (resolution, { skip }) => {
    if (!installed) skip('no registry is reachable');
    await writeFile(
      path.join(consumer, 'strict.ts'),
      `import { createClient, ProblemError, type Node, type Operation } from '@sluice/client';
     const client = createClient({ url: 'http://localhost' });
     const nodes = await client.listNodes({ query: { status: 'active' } });
     export const statuses: readonly Node['status'][] = nodes.ok ? nodes.value.items.map((node) => node.status) : [];
     // @ts-expect-error -- a value is there only when the answer is ok
     export const unchecked = nodes.value;
     // @ts-expect-error -- a drain needs the node's id
     await client.drainNode({ body: { timeout: 60 } });
     // @ts-expect-error -- seconds are a number
     await client.drainNode({ id: 'n', body: { timeout: '60' } });
     export const end: Operation | undefined = await client.waitForOperation({ id: 'op_1' }).then((one) => one.ok ? one.value : undefined);
     export const isRefused = (error: unknown) => error instanceof ProblemError && error.problem.code === 'unauthenticated';\n`,
    );
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    expect(await compile(resolution, { module, moduleResolution: resolution, noEmit: true })).toBe('');
  },
);

test('the examples of both READMEs run: a node is drained and watched, and a workload lets its session go', async ({
  skip,
}) => {
  if (!installed) skip('no registry is reachable');
  expect(await compile('examples', { module: 'nodenext', outDir: 'built' })).toBe('');
  await mkdir(path.join(consumer, 'built'), { recursive: true });
  const fleet = await FleetUnderTest.start();
  try {
    await fleet.addNode('lobby-1', {
      command: [process.execPath, path.join(consumer, 'built', 'workload.js')],
      workload: () => ({
        sessions: { library: true, interval: '100ms' },
        health: undefined,
        drain: undefined,
        undrain: undefined,
      }),
    });
    await fleet.nodeThat('lobby-1', 'counting alice', ({ load }) => load.sessions === 1);
    const { stdout } = await run(process.execPath, [path.join(consumer, 'built', 'client.js')], {
      env: { SLUICE_URL: fleet.url, SLUICE_TOKEN: ADMIN_TOKEN },
      timeout: 30_000,
    });
    expect(stdout).toContain('lobby-1: the drain has succeeded\n');
    expect(stdout).toMatch(/\d+ NodeDrained\n$/u);
    await waitFor('the node to be empty', async () => (await fleet.node('lobby-1'))?.status === 'drained');
  } finally {
    await fleet.stop();
  }
}, 90_000);

/** Shows that every wall and rule of .oxlintrc.json bites: each is broken once in a small tree of its own, which also holds what is allowed. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OXLINT = join(ROOT, 'node_modules/oxlint/bin/oxlint');

/** A file that breaks one rule: where it stands, what is in it, and which rule must name it. */
type Violation = readonly [name: string, path: string, rule: string, source: string];

const imports = (from: string): string => `import { x } from '${from}';\nexport const y = x;\n`;
const importsType = (from: string): string => `import type { X } from '${from}';\nexport type Y = X;\n`;

const IMPORTS = 'eslint(no-restricted-imports)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';

const walls: readonly Violation[] = [
  ['core imports the contract as a value', 'packages/core/src/a.ts', IMPORTS, imports('@sluice/contract')],
  [
    'core imports the contract dynamically',
    'packages/core/src/b.ts',
    IMPORTS,
    `export const c = await import('@sluice/contract');\n`,
  ],
  ['core imports Node.js', 'packages/core/src/c.ts', IMPORTS, imports('node:fs')],
  ['core imports a package, be it a type', 'packages/core/src/d.ts', IMPORTS, importsType('pino')],
  ['core imports another room', 'packages/core/src/e.ts', IMPORTS, importsType('@sluice/server')],
  ['core has a clock', 'packages/core/src/f.ts', GLOBALS, 'export const now = new Date();\n'],
  [
    'core has a clock by the back door',
    'packages/core/src/g.ts',
    PROPERTIES,
    'export const now = globalThis.Date.now();\n',
  ],
  ['core has chance', 'packages/core/src/h.ts', PROPERTIES, 'export const dice = Math.random();\n'],
  ['core takes chance apart', 'packages/core/src/i.ts', PROPERTIES, 'export const { random } = Math;\n'],
  ['contract imports Node.js', 'packages/contract/src/a.ts', IMPORTS, imports('node:fs')],
  ['contract imports another room', 'packages/contract/src/b.ts', IMPORTS, importsType('@sluice/core')],
  ['contract imports another package', 'packages/contract/src/c.ts', IMPORTS, imports('typescript')],
  ['client imports core', 'packages/client/src/a.ts', IMPORTS, imports('@sluice/core')],
  ['client imports Node.js', 'packages/client/src/b.ts', IMPORTS, imports('node:http')],
  ['fleet imports http', 'packages/server/src/fleet/a.ts', IMPORTS, importsType('../http/app.ts')],
  ['fleet imports sessions', 'packages/server/src/fleet/b.ts', IMPORTS, imports('../sessions/agent-sessions.ts')],
  [
    'fleet imports an implementation of the store',
    'packages/server/src/fleet/c.ts',
    IMPORTS,
    imports('../store/sqlite/sqlite-store.ts'),
  ],
  ['fleet imports a web server', 'packages/server/src/fleet/d.ts', IMPORTS, imports('fastify')],
  ['http imports the store', 'packages/server/src/http/a.ts', IMPORTS, importsType('../store/store.ts')],
  ['http imports the database', 'packages/server/src/http/b.ts', IMPORTS, imports('kysely')],
  [
    'sessions import an implementation of the store',
    'packages/server/src/sessions/a.ts',
    IMPORTS,
    imports('../store/sqlite/sqlite-store.ts'),
  ],
  ['server imports agent', 'packages/server/src/a.ts', IMPORTS, imports('@sluice/agent')],
  ['server main imports agent', 'packages/server/src/main.ts', IMPORTS, imports('@sluice/agent')],
  ['agent imports server', 'packages/agent/src/a.ts', IMPORTS, imports('@sluice/server')],
  [
    'a driver imports another',
    'packages/agent/src/drivers/exec/a.ts',
    IMPORTS,
    imports('../process/process-driver.ts'),
  ],
  [
    'a driver imports another the long way',
    'packages/agent/src/drivers/exec/b.ts',
    IMPORTS,
    imports('../../drivers/process/process-driver.ts'),
  ],
  ['cli imports past the door of a package', 'packages/cli/src/a.ts', IMPORTS, imports('@sluice/server/src/main.ts')],
  ['cli imports past the door by path', 'packages/cli/src/b.ts', IMPORTS, imports('../../server/src/main.ts')],
  ['a package imports tests', 'packages/agent/src/b.ts', IMPORTS, imports('../../../tests/wait-for.ts')],
  ['a package imports a benchmark', 'packages/server/src/c.ts', IMPORTS, imports('../../../bench/list.ts')],
  ['a package imports an example', 'packages/cli/src/c.ts', IMPORTS, imports('@sluice/example-game-server')],
  [
    'a file imports the environment',
    'packages/server/src/d.ts',
    IMPORTS,
    `import { env } from 'node:process';\nexport const e = env;\n`,
  ],
  ['a file reads the environment', 'packages/agent/src/c.ts', PROPERTIES, 'export const url = process.env;\n'],
  ['dashboard imports server', 'packages/dashboard/src/a.ts', IMPORTS, imports('@sluice/server')],
  ['dashboard imports Node.js', 'packages/dashboard/src/b.ts', IMPORTS, imports('node:fs')],
  [
    'a rule of the dashboard has a clock',
    'packages/dashboard/src/fleet-view/a.ts',
    PROPERTIES,
    'export const now = Date.now();\n',
  ],
  ['an example imports a room', 'examples/game-server/src/a.ts', IMPORTS, imports('@sluice/agent')],
];

const sleep =
  'export const x = 1;\nexport const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));\n';
const rules: readonly Violation[] = [
  ['a test sleeps', 'packages/agent/src/a.test.ts', GLOBALS, sleep],
  [
    'a test sleeps by the back door',
    'tests/b.test.ts',
    PROPERTIES,
    sleep.replace('setTimeout', 'globalThis.setTimeout'),
  ],
  ['a test sleeps by promise', 'tests/end-to-end/c.ts', IMPORTS, imports('node:timers/promises')],
  [
    'a cycle',
    'packages/agent/src/d.ts',
    'import(no-cycle)',
    `import { e } from './e.ts';\nexport const d = (): unknown => e;\n`,
  ],
  [
    'the other half',
    'packages/agent/src/e.ts',
    'import(no-cycle)',
    `import { d } from './d.ts';\nexport const e = (): unknown => d;\n`,
  ],
  ['a default export', 'packages/agent/src/f.ts', 'import(no-default-export)', 'export default 1;\n'],
  ['a long file', 'packages/agent/src/g.ts', 'eslint(max-lines)', '// a line\n'.repeat(301)],
  [
    'a cast',
    'packages/agent/src/h.ts',
    'typescript(consistent-type-assertions)',
    'export const f = (v: unknown): string => v as string;\n',
  ],
  ['any', 'packages/agent/src/i.ts', 'typescript(no-explicit-any)', 'export type A = any;\n'],
  [
    'a non-null assertion',
    'packages/agent/src/j.ts',
    'typescript(no-non-null-assertion)',
    'export const f = (v?: string): string => v!;\n',
  ],
  [
    'a type imported as a value',
    'packages/agent/src/k.ts',
    'typescript(consistent-type-imports)',
    `import { K } from './kind.ts';\nexport type Y = K;\n`,
  ],
  [
    'a dropped promise',
    'packages/agent/src/l.ts',
    'typescript(no-floating-promises)',
    `import { later } from '@sluice/contract';\nexport const f = (): void => {\n  later();\n};\n`,
  ],
  [
    'a promise as a condition',
    'packages/agent/src/m.ts',
    'typescript(no-misused-promises)',
    `import { later } from '@sluice/contract';\nexport const f = (): number => (later() ? 1 : 2);\n`,
  ],
  [
    'an await of nothing',
    'packages/agent/src/n.ts',
    'typescript(await-thenable)',
    'export const f = async (): Promise<number> => await 1;\n',
  ],
  [
    'a forgotten case',
    'packages/agent/src/o.ts',
    'typescript(switch-exhaustiveness-check)',
    `import type { K } from './kind.ts';\nexport const f = (k: K): number => {\n  switch (k) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n};\n`,
  ],
  [
    'an unsafe value',
    'packages/agent/src/p.ts',
    'typescript(no-unsafe-assignment)',
    `export const f = (text: string): string => {\n  const value: string = JSON.parse(text);\n  return value;\n};\n`,
  ],
];

/** Stands for all that the small trees import and do not have, so that only the rules in question speak. */
const AMBIENT = `declare module '*' {
  export const x: number;
  export type X = number;
  const standIn: number;
  export default standIn;
}
declare const process: { readonly env: Readonly<Record<string, string>> };
`;

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2023',
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
    paths: { '@sluice/contract': ['./packages/contract/src/index.ts'] },
  },
  include: ['**/*.ts'],
});

/** What the same rules allow, in the same places: the negative control. */
const allowed: Readonly<Record<string, string>> = {
  'packages/contract/src/index.ts': `import Type from 'typebox';\nexport const T = Type;\nexport const x = 1;\nexport const later = (): Promise<number> => Promise.resolve(1);\nexport type X = number;\n`,
  'packages/core/src/index.ts': importsType('@sluice/contract'),
  'packages/core/src/ok.test.ts': `${imports('fast-check')}export const at = new Date();\n`,
  'packages/client/src/index.ts': imports('@sluice/contract'),
  'packages/server/src/main.ts': `import { x } from './store/sqlite/sqlite-store.ts';\nexport const all = [x, process.env];\n`,
  'packages/server/src/config.ts': 'export const environment = process.env;\n',
  'packages/server/src/store/sqlite/sqlite-store.ts': `import { x as k } from 'kysely';\nimport { x as s } from '../store.ts';\nexport const x = [k, s];\n`,
  'packages/server/src/store/store.ts': 'export const x = 1;\n',
  'packages/server/src/fleet/fleet.ts': `import { x as store } from '../store/store.ts';\nexport const x = store;\n`,
  'packages/server/src/http/app.ts': imports('../fleet/fleet.ts'),
  'packages/agent/src/drivers/driver.ts': 'export const x = 1;\n',
  'packages/agent/src/drivers/exec/exec-driver.ts': imports('../driver.ts'),
  'packages/agent/src/drivers/exec/probing.ts': imports('../../probes/probe.ts'),
  'packages/agent/src/kind.ts': `export type K = 'a' | 'b';\nexport const kinds = ['a', 'b'] as const;\n`,
  'packages/dashboard/src/page.ts': `${imports('@sluice/core')}export const at = new Date();\n`,
  'packages/cli/src/server.ts': `${imports('@sluice/server')}export const url = process.env;\n`,
  'tests/wait-for.ts': sleep,
  'tests/ok.test.ts': `${imports('./wait-for.ts')}export const z = process.env;\n`,
  'bench/list.ts': imports('../examples/game-server/src/ok.ts'),
  'examples/game-server/src/ok.ts': `import { x as workload } from '@sluice/workload';\nexport const x = [workload, process.env];\n`,
  'vitest.config.ts': 'export default {};\n',
};

const trees: string[] = [];
afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

/** Lints a new tree of these files with the project's own configuration, as `npm run check` does. */
function lint(files: Readonly<Record<string, string>>, format: 'default' | 'unix') {
  const tree = mkdtempSync(join(tmpdir(), 'sluice-walls-'));
  trees.push(tree);
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  const all = { ...files, 'tsconfig.json': TSCONFIG, 'package.json': '{"type":"module"}', 'ambient.d.ts': AMBIENT };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [OXLINT, '--type-aware', '--deny-warnings', `--format=${format}`],
    { cwd: tree, encoding: 'utf8', timeout: 15_000 },
  );
  return { exitCode: status, output: `${stdout}${stderr}` };
}

test('a tree that keeps to the walls passes, and every file of it was looked at', () => {
  const { exitCode, output } = lint(allowed, 'default');
  expect(output).toContain('Found 0 warnings and 0 errors.');
  expect(output).toContain(`on ${Object.keys(allowed).length + 1} files`);
  expect(exitCode).toBe(0);
});

describe('where a rule is broken', () => {
  const violations = [...walls, ...rules];
  const planted = lint(
    { ...allowed, ...Object.fromEntries(violations.map(([, path, , source]) => [path, source])) },
    'unix',
  );
  const reported = planted.output.split('\n');

  test('the check fails', () => {
    expect(planted.exitCode).toBe(1);
  });

  test.each(violations)('%s: %s is reported by %s', (_name, path, rule) => {
    expect(reported.filter((line) => line.startsWith(`${path}:`)).join('\n')).toContain(`[Error/${rule}]`);
  });
});

/** `npm run generate`: writes the files that are made from the contract; with `--check` only says which of them are out of date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './install-and-build.mjs';
import { workspaceDirectory } from './run-step.mjs';

/** Every generated file, and its text as the built contract makes it. */
const generators = [
  {
    path: 'openapi/sluice.json',
    textOf: (contract) => `${JSON.stringify(contract.createOpenapiDocument(), null, 2)}\n`,
  },
  { path: 'docs/problems.md', textOf: (contract) => problemsPage(contract.problems) },
  { path: 'docs/access.md', textOf: (contract) => accessPage(Object.values(contract.routes)) },
];

if (!(await build(['packages/contract']))) process.exit(1);
const contract = await import(pathToFileURL(join(workspaceDirectory, 'packages', 'contract', 'dist', 'index.js')).href);
const isCheck = process.argv.includes('--check');

for (const { path, textOf } of generators) {
  const file = join(workspaceDirectory, path);
  const text = textOf(contract);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    console.error(`${path} is not what the contract says: run \`npm run generate\` and commit the result.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}

/** Who may call which route, and what a token's selector does to it. */
function accessPage(routes) {
  const scopes = {
    node: 'its nodes only; others are as if they were not there',
    slot: 'slots of its nodes only; others are as if they were not there',
    operation: 'operations of its nodes only; others are as if they were not there',
    filtered: 'the answer has only what belongs to its nodes',
    fleet: 'refused',
    none: 'the same',
  };
  const rows = routes.map(
    ({ method, path, access, scope }) =>
      `| \`${method} ${path}\` | ${access === 'public' ? 'everybody, without a token' : access} | ${access === 'public' ? 'the same' : scopes[scope]} |`,
  );
  return [
    '<!-- Generated from packages/contract/src/http/routes.ts by `npm run generate`; do not edit. -->',
    '',
    '# Who may do what',
    '',
    'Each role may do what the ones before it may: `viewer`, `operator`, `admin`. Beside them, a `machine` takes and gives back slots and may do nothing else ([slots](fleetlock.md)); operators and admins may do that, too. A token with a selector (`sluice tokens create --selector game=chess,env=prod`) is for the nodes that it matches, now and later; for it there are no others.',
    'Every row is tested for every role and scope (`packages/server/src/http/authorization.test.ts`); a route without a rule does not build.',
    '',
    '| route | role | with a selector |',
    '|---|---|---|',
    ...rows,
    '',
    'Beside these, `GET /api/v1/agent/session` is for agents: each proves its own key, or a certificate in its node’s name ([agents](security.md#agents)). Releasing every hold of a node (`undrain` with `hold: "*"`) needs the role `admin`.',
    '',
  ].join('\n');
}

/** The table of problems as a page: one section a code, so that a problem's link can lead to its code. */
function problemsPage(problems) {
  const sections = Object.entries(problems).map(([code, { status, title, exitCode, whatToDo }]) =>
    [
      `## ${code}`,
      '',
      `${title}.`.replace(/[.?!]\.$/u, (end) => end.slice(0, 1)),
      '',
      `HTTP status ${status} · the CLI ends with exit code ${exitCode}`,
      '',
      `What to do: ${whatToDo}`,
      '',
    ].join('\n'),
  );
  return [
    '<!-- Generated from packages/contract/src/problems.ts by `npm run generate`; do not edit. -->',
    '',
    '# Problems',
    '',
    'Every refusal of the API is an RFC 9457 problem with one of these codes in `code`. A code never changes its meaning.',
    '',
    ...sections,
  ].join('\n');
}

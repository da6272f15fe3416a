/** TAB in real shells: commands, options, values, and what a real server has; what somebody named a node stays a name. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { freePort } from '../end-to-end/fleet-under-test.ts';
import { isInstalled } from '../started-program.ts';
import { waitFor } from '../wait-for.ts';
import { ShellUnderTest, type ShellName } from './shell-under-test.ts';

const TAB = '\t';
const HOSTILE = '$(touch pwned);`touch pwned`&"\'| ';

let server: ServerUnderTest;
let operation = '';

beforeAll(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['lobby-1', 'rack:7', '大厅-一号', `evil${HOSTILE}`])
    await server.addNode(id, { type: 'game-server' });
  const { text } = await server.ask('POST', '/api/v1/nodes/lobby-1/drain');
  operation = /op_\w+/u.exec(text)?.[0] ?? '';
});
afterAll(() => server.stop());

describe.each<ShellName>(['bash', 'zsh', 'fish'])('%s', (name) => {
  const missing = ['script', name].filter((program) => !isInstalled(program));
  if (missing.length > 0) console.log(`${missing.join(', ')} is not installed: completion in ${name} is not tested.`);
  let shell: ShellUnderTest;

  beforeAll(async () => {
    if (missing.length > 0) return;
    shell = await ShellUnderTest.start(name, { SLUICE_URL: server.url.origin, SLUICE_TOKEN: ADMIN_TOKEN });
  }, 60_000);
  afterAll(() => shell?.stop());

  /** A line again, where the server did not answer in the time that a TAB may take. */
  const completed = (line: string, expected: readonly string[]) =>
    waitFor(
      `'${line}' to become ${JSON.stringify(expected)}`,
      async () => (seen = await shell.run(line)).join('\n') === expected.join('\n'),
      { withinMs: 60_000, seen: () => ({ seen, output: shell.output().slice(-1000) }) },
    );
  let seen: readonly string[] = [];

  test.skipIf(missing.length > 0).each([
    ['commands', `sluice nod${TAB} drai${TAB} x`, ['nodes', 'drain', 'x']],
    ['options', `sluice nodes drain x --time${TAB} 5m`, ['nodes', 'drain', 'x', '--timeout', '5m']],
    ['values of options', `sluice nodes list -o js${TAB}`, ['nodes', 'list', '-o', 'json']],
    ['values behind =', `sluice tokens create x --role=op${TAB}`, ['tokens', 'create', 'x', '--role=operator']],
    [
      'lists with commas',
      `sluice nodes list --status active,off${TAB}`,
      ['nodes', 'list', '--status', 'active,offline'],
    ],
    ['node ids', `sluice nodes get lob${TAB}`, ['nodes', 'get', 'lobby-1']],
    ['node ids with a colon', `sluice nodes get rack:${TAB}`, ['nodes', 'get', 'rack:7']],
    ['node ids in any script', `sluice nodes get 大${TAB}`, ['nodes', 'get', '大厅-一号']],
    ['node ids of options', `sluice events --node lob${TAB}`, ['events', '--node', 'lobby-1']],
    [
      'what stands after a command',
      `sluice rollouts plan rest${TAB} lob${TAB}`,
      ['rollouts', 'plan', 'restart', 'lobby-1'],
    ],
    ['types', `sluice nodes list --type ga${TAB}`, ['nodes', 'list', '--type', 'game-server']],
    ['ids that are shell code, as ids', `sluice nodes get evi${TAB}`, ['nodes', 'get', `evil${HOSTILE}`]],
    ['files', `sluice agent --config bi${TAB}sluice`, ['agent', '--config', 'bin/sluice']],
  ])('%s', { timeout: 90_000 }, async (_what, line, expected) => {
    await completed(line, expected);
    expect(existsSync(path.join(shell.directory, 'pwned'))).toBe(false);
  });

  test.skipIf(missing.length > 0)('operation ids', { timeout: 90_000 }, async () => {
    await completed(`sluice operations get ${operation.slice(0, -2)}${TAB}`, ['operations', 'get', operation]);
    expect(seen).toContain(operation);
  });
});

describe('without an answer', () => {
  const bash: ShellName = 'bash';
  const isMissing = !isInstalled('script') || !isInstalled(bash);

  test.skipIf(isMissing).each(['nothing listens', 'something does not answer'])(
    '%s: nothing is offered, nothing is said, and not for long',
    { timeout: 60_000 },
    async (what) => {
      const port = await freePort();
      const silent = createServer();
      if (what !== 'nothing listens') await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
      const shell = await ShellUnderTest.start(bash, { SLUICE_URL: `http://127.0.0.1:${port}`, SLUICE_TOKEN: 'slc_x' });
      try {
        const before = shell.output().length;
        const startedAt = performance.now();
        expect(await shell.run(`sluice nodes get lob${TAB}`)).toEqual(['nodes', 'get', 'lob']);
        expect(performance.now() - startedAt).toBeLessThan(15_000);
        expect(shell.output().slice(before)).not.toMatch(/error|reach|token/iu);
      } finally {
        await shell.stop();
        silent.close();
      }
    },
  );
});

/** A full run, everything of it read: no secret is in a log, an answer, an error, a process list, a database, a backup or an export. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest, JOIN_TOKEN } from './fleet-under-test.ts';
import { startSluice } from './sluice-process.ts';

const DATABASE_PASSWORD = 'pa55word-of-the-database';
/** Where the agent's key is meant to be, and nowhere else. */
const KEY_FILE = 'agent-credential.json';

/** Text of every file below, by its path. */
async function filesBelow(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = new Map<string, string>();
  for (const file of files) {
    const name = path.join(file.parentPath, file.name);
    if (file.isFile() && file.name !== KEY_FILE) texts.set(name, await readFile(name, 'latin1'));
  }
  return texts;
}

/** The command line of every process of this machine. */
async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')));
  return lines.join('\n');
}

test('a full run leaves no secret behind', { timeout: 120_000 }, async () => {
  const fleet = await FleetUnderTest.start({ env: { SLUICE_LOG_LEVEL: 'debug' } });
  const traces = new Map<string, string>();
  const made: string[] = [];
  try {
    const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const started = startSluice(fleet.url, args, env);
      const { out, error } = await started.ended;
      traces.set(`sluice ${args.join(' ')}`, error + (args.includes('create') ? '' : out));
      return out;
    };
    await fleet.addNode('lobby-1');
    await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
    traces.set('process list', await commandLines());
    for (const args of [
      ['tokens', 'create', 'pipeline', '--role', 'operator', '-o', 'name'],
      ['join-tokens', 'create', '-o', 'name'],
    ])
      made.push((await run(args)).trim());
    expect(made.every((secret) => /^slc_[\w-]{43}$/u.test(secret))).toBe(true);
    const [pipeline = ''] = made;
    await run(['nodes', 'drain', 'lobby-1', '--wait'], { SLUICE_TOKEN: pipeline });
    await run(['nodes', 'restart', 'lobby-1', '--wait'], { SLUICE_TOKEN: pipeline });
    await run(['nodes', 'rotate', 'lobby-1']);
    await run(['nodes', 'meta', 'set', 'lobby-1', '{"rack":1}']);
    await run(['tokens', 'list', '-o', 'json']);
    await run(['join-tokens', 'list', '-o', 'json']);
    await run(['nodes', 'credentials', 'lobby-1', '-o', 'json']);
    await run(['nodes', 'list'], { SLUICE_TOKEN: `${pipeline}x` });
    await run(['audit', 'list', '-o', 'json']);
    await run(['events', '--after', '0', '--kind', 'nothing', '--help']);
    // As FleetLock clients have it: the token is a password, which stands in the header in another writing.
    const password = Buffer.from(`zincati:${pipeline}`).toString('base64');
    made.push(password);
    for (const group of ['web', 'no group!']) {
      const answer = await fetch(`${fleet.url}/v1/pre-reboot`, {
        method: 'POST',
        headers: { authorization: `Basic ${password}`, 'fleet-lock-protocol': 'true' },
        body: JSON.stringify({ client_params: { id: 'lobby-1', group } }),
      });
      traces.set(`FleetLock answer for ${group}`, await answer.text());
    }
    // By mistake: the token in the address, in the header of another scheme, in a body.
    for (const [route, init] of [
      [`/api/v1/nodes?token=${pipeline}`, {}],
      [`/${pipeline}`, {}],
      [`/api/v1/nodes/${pipeline}/drain`, { method: 'POST', headers: { authorization: ADMIN_TOKEN } }],
      ['/api/v1/nodes', { headers: { authorization: `Basic ${pipeline}` } }],
      ['/api/v1/nodes/lobby-1/drain', { method: 'POST', headers: { authorization: ADMIN_TOKEN }, body: pipeline }],
    ] as const) {
      const answer = await fetch(`${fleet.url}${route}`, init);
      const text = await answer.text();
      // What somebody put into an address comes back to them alone.
      if (route === '/api/v1/nodes') traces.set(`answer of ${answer.status}`, text);
    }
    for (const route of ['/openapi.json', '/docs', '/healthz', '/readyz', '/metrics', '/api/v1/server/status'])
      traces.set(
        route,
        await (await fetch(`${fleet.url}${route}`, { headers: { authorization: ADMIN_TOKEN } })).text(),
      );
    await run(['tokens', 'revoke', /tok_\w+/u.exec(traces.get('sluice tokens list -o json') ?? '')?.[0] ?? '']);
    await run(['server', 'backup', path.join(fleet.directory, 'backup.db'), '--data', fleet.dataDirectory]);
    await run(['audit', 'export', path.join(fleet.directory, 'audit.jsonl')]);
    await fleet.stopServer();
    traces.set('server', fleet.serverOutput());
    await run(['server', 'export', path.join(fleet.directory, 'store.jsonl'), '--data', fleet.dataDirectory]);
    const unreachable = startSluice('', ['server', '--listen', '127.0.0.1:0'], {
      SLUICE_DATABASE_URL: `postgres://sluice:${DATABASE_PASSWORD}@127.0.0.1:1/sluice`,
    });
    await waitFor('the error about the database', () =>
      /database|PostgreSQL/u.test(unreachable.error() + unreachable.out()),
    );
    unreachable.interrupt();
    const { out, error } = await unreachable.ended;
    traces.set('a database that cannot be reached', out + error);
    const kept: unknown = JSON.parse(await readFile(path.join(fleet.stateDir('lobby-1'), KEY_FILE), 'utf8'));
    const keys = JSON.stringify(kept).match(/MC4CAQ[\w+/=]+/gu) ?? [];
    expect(keys.length).toBeGreaterThan(0);
    await fleet.stopAgent('lobby-1');
    traces.set('agent', fleet.agentOutput('lobby-1'));
    for (const [name, text] of await filesBelow(fleet.directory)) traces.set(name, text);
    const secrets = [ADMIN_TOKEN, JOIN_TOKEN, ...made, ...keys, DATABASE_PASSWORD];
    const leaks = [...traces].flatMap(([where, text]) =>
      secrets
        .filter((secret) => text.includes(secret))
        .map((secret) => `${secret.slice(0, 12)}… in ${where}: ${around(text, secret)}`),
    );
    expect(leaks).toEqual([]);
    expect(traces.size).toBeGreaterThan(25);
  } finally {
    await fleet.stop();
  }
});

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 120), at + 20);
}

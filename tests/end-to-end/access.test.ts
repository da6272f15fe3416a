/** Who gets in, with real processes: agents join with a token and go on with their own key; people have tokens with a role and a scope. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NodeCredentials } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, isAlive } from './fleet-under-test.ts';
import { type Ended, startSluice } from './sluice-process.ts';

// Each of them starts some ten processes, one after the other, on a machine that is busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('arena-1', { agent: { node: { id: 'arena-1', labels: { game: 'go' } } } });
});

afterAll(() => fleet.stop());

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startSluice(fleet.url, args, env).ended;
}

async function secretOf(...args: readonly string[]): Promise<string> {
  const { exitCode, out, error } = await run([...args, '-o', 'name']);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  return out.trim();
}

const credentials = Compile(NodeCredentials);

async function keysOf(nodeId: string): Promise<NodeCredentials['keys']> {
  const { json } = await fleet.request('GET', `/api/v1/nodes/${nodeId}/credentials`);
  return credentials.Check(json) ? json.keys : [];
}

/** Changes agent.yaml; the agent reads it when it starts. */
async function configure(nodeId: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  const file = fleet.configFile(nodeId);
  const config: unknown = parse(await readFile(file, 'utf8'));
  if (typeof config !== 'object' || config === null) throw new Error(`${file} is no configuration`);
  await writeFile(file, stringify({ ...config, ...change }));
}

const isActive = (nodeId: string) =>
  fleet.nodeThat(nodeId, 'active', ({ status, connected }) => status === 'active' && connected);
const credentialFile = (nodeId: string) => path.join(fleet.stateDir(nodeId), 'agent-credential.json');

describe('an agent', () => {
  test('joins once with a token; from then on its key lets it in, and nobody else has it', async () => {
    const secret = await secretOf('join-tokens', 'create', '--type', 'game-server');
    await fleet.addNode('lobby-1', { agent: { joinToken: secret } });
    await isActive('lobby-1');
    const { mode } = await stat(credentialFile('lobby-1'));
    expect(mode & 0o777).toBe(0o600);
    await fleet.stopAgent('lobby-1');
    await fleet.nodeThat('lobby-1', 'offline', ({ status }) => status === 'offline');
    await configure('lobby-1', { joinToken: undefined });
    fleet.startAgent('lobby-1');
    await isActive('lobby-1');
    expect((await run(['nodes', 'credentials', 'lobby-1'])).out).toMatch(
      /lobby-1 {2}enrolled\nKeys +[\w-]{43} {2}since /u,
    );
  });

  test('gets a new key when it is asked to, and nothing is interrupted', async () => {
    const pid = await fleet.workloadPid('lobby-1');
    const [before] = await keysOf('lobby-1');
    expect(await run(['nodes', 'rotate', 'lobby-1'])).toMatchObject({
      exitCode: 0,
      out: 'lobby-1: a new key is asked for\n',
    });
    await waitFor('the new key', async () => (await keysOf('lobby-1')).length === 2);
    await fleet.stopAgent('lobby-1');
    fleet.startAgent('lobby-1');
    await waitFor('the old key to end', async () => {
      const [old] = await keysOf('lobby-1');
      return old?.publicKey === before?.publicKey && old?.revokedAt !== null;
    });
    await isActive('lobby-1');
    expect(await fleet.workloadPid('lobby-1')).toBe(pid);
  });

  test('whose credentials are revoked is shut out at once; its workload goes on, and a new token lets it in again', async () => {
    const pid = await fleet.workloadPid('lobby-1');
    expect(await run(['nodes', 'revoke', 'lobby-1', '--reason', 'stolen'])).toMatchObject({ exitCode: 0 });
    await fleet.nodeThat('lobby-1', 'not connected', ({ connected }) => !connected);
    await waitFor('its agent to say so', () => fleet.agentOutput('lobby-1').includes('session-refused'));
    expect(await isAlive(pid)).toBe(true);
    await fleet.stopAgent('lobby-1');
    await rm(credentialFile('lobby-1'));
    await configure('lobby-1', { joinToken: await secretOf('join-tokens', 'create') });
    fleet.startAgent('lobby-1');
    await isActive('lobby-1');
    expect(await fleet.workloadPid('lobby-1')).toBe(pid);
  });

  test('that the fleet has forgotten joins again by itself when it has a token', async () => {
    await configure('arena-1', { joinToken: await secretOf('join-tokens', 'create', '--uses', 'unlimited') });
    await fleet.stopAgent('arena-1');
    await waitFor('the node to be forgotten', async () => (await run(['nodes', 'forget', 'arena-1'])).exitCode === 0);
    fleet.startAgent('arena-1');
    expect((await isActive('arena-1')).connected).toBe(true);
  });
});

describe('a person', () => {
  test('with a token for some nodes sees and touches only those, until it is taken back', async () => {
    const made = await run([
      'tokens',
      'create',
      'pipeline',
      '--role',
      'operator',
      '--selector',
      'game=go',
      '--expires',
      '30d',
    ]);
    expect(made.exitCode).toBe(0);
    expect(made.out).toMatch(/^slc_[\w-]{43}\n$/u);
    expect(made.error).toMatch(/operator of nodes with game=go; runs out in (30 d|29 d 23 h)/u);
    const env = { SLUICE_TOKEN: made.out.trim() };
    expect((await run(['nodes', 'list', '-o', 'name'], env)).out).toBe('arena-1\n');
    expect(await run(['nodes', 'drain', 'lobby-1'], env)).toMatchObject({ exitCode: 4 });
    expect(await run(['nodes', 'drain', 'arena-1', '--wait'], env)).toMatchObject({ exitCode: 0 });
    expect(await run(['nodes', 'undrain', 'arena-1', '--wait'], env)).toMatchObject({ exitCode: 0 });
    expect(await run(['tokens', 'list'], env)).toMatchObject({
      exitCode: 3,
      error: expect.stringContaining('role admin'),
    });
    const list = await run(['tokens', 'list']);
    expect(list.out).toMatch(/tok_\w+ +pipeline +api +operator +game=go +in (29|30) d/u);
    const id = /tok_\w+/u.exec(list.out)?.[0] ?? '';
    expect(await run(['tokens', 'revoke', id])).toMatchObject({ exitCode: 0, out: `pipeline (${id}): revoked\n` });
    expect(await run(['nodes', 'list'], env)).toMatchObject({ exitCode: 3 });
    expect((await run(['tokens', 'list'])).out).not.toContain(id);
    expect((await run(['tokens', 'list', '--all'])).out).toMatch(/pipeline .* revoked/u);
  });

  test('is told what to do when a token cannot be made', async () => {
    expect(await run(['tokens', 'create', 'x', '--role', 'root'])).toMatchObject({ exitCode: 2 });
    expect(await run(['tokens', 'create', 'x', '--role', 'viewer', '--expires', 'soon'])).toMatchObject({
      exitCode: 2,
    });
    expect(await run(['tokens', 'revoke', 'admin'])).toMatchObject({
      exitCode: 5,
      error: expect.stringContaining('last token'),
    });
    expect(await run(['join-tokens', 'revoke', 'tok_none'])).toMatchObject({ exitCode: 4 });
  });
});

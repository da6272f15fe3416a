/** Nothing that comes over the network is run, read as code, or forges a line: with real processes, attacked where words enter. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';
import { startSluice } from './sluice-process.ts';

// Each of them starts some ten processes, one after the other, on a machine that is busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let fleet: FleetUnderTest;
const FORGED = '{"level":50,"event":"forged"}';

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ env: { SLUICE_LOG_LEVEL: 'debug' } });
  const echo = [
    process.execPath,
    '-e',
    'process.stdout.write(JSON.stringify([process.env.SLUICE_PARAM_NOTE, process.argv.slice(1), Object.keys(process.env).sort()]))',
    '--',
    'fixed',
  ];
  await fleet.addNode('lobby-1', {
    agent: { commands: { echo: { description: 'Echo', exec: echo, params: { note: { type: 'string' } } } } },
  });
  await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
});

afterAll(() => fleet.stop());

describe('a parameter', () => {
  test.each([
    '; touch FILE',
    '$(touch FILE)',
    '`touch FILE`',
    '| touch FILE',
    '\n touch FILE\n',
    "'; touch FILE; '",
    '-rf FILE',
    '--eval=process.exit(1)',
    '%n%s',
  ])('%j arrives as it is, and does nothing', async (text) => {
    const file = path.join(fleet.directory, 'touched');
    const note = text.replaceAll('FILE', file);
    const operation = await fleet.post('lobby-1', 'commands/echo', { params: { note } });
    const { output, status } = await fleet.ended(operation.id);
    expect(status).toBe('succeeded');
    const seen: unknown = JSON.parse(output ?? 'null');
    expect(seen).toEqual([note, ['fixed'], expect.any(Array)]);
    await expect(access(file)).rejects.toThrow('ENOENT');
  });

  test.each([
    [{ note: 'a\u0000b' }, 400],
    [{ note: 5 }, 400],
    [{ note: 'x', LD_PRELOAD: '/tmp/evil.so' }, 400],
    [{ __proto__: { note: 'x' }, note: 'x', PATH: '/tmp' }, 400],
    [{ note: 'x'.repeat(200_000) }, 400],
  ])('that is not declared so is refused: %j', async (params, status) => {
    const answer = await fleet.request('POST', '/api/v1/nodes/lobby-1/commands/echo', { params });
    expect(answer.status).toBe(status);
  });

  test('and no command but a declared one', async () => {
    for (const name of ['halt', '..%2Freboot', 'echo%00', 'constructor', '__proto__', 'toString', '%2Fbin%2Fsh']) {
      const { status, json } = await fleet.request('POST', `/api/v1/nodes/lobby-1/commands/${name}`, {});
      expect({ name, status, json }).toMatchObject({ status: 404, json: { code: 'command-not-found' } });
    }
  });
});

test('no line of a log, and nothing on a terminal, can be forged', async () => {
  const evil = `\n${FORGED}\r\n\u001b[2J\u001b]0;title\u0007\u202e`;
  const asked = await fleet.post('lobby-1', 'drain', { reason: evil.slice(0, 200) });
  await fleet.ended(asked.id);
  await fleet.ended((await fleet.post('lobby-1', 'undrain')).id);
  await fetch(`${fleet.url}/${encodeURIComponent(evil)}`, {
    headers: { authorization: ADMIN_TOKEN, 'user-agent': '{"level":50}', 'x-forwarded-for': FORGED },
  });
  await fleet.request('POST', `/api/v1/nodes/${encodeURIComponent('a b"\\')}/drain`, { reason: evil });
  for (const text of [fleet.serverOutput(), fleet.agentOutput('lobby-1')]) {
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).not.toMatchObject({ event: 'forged' });
    // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u001b\u202e]/u);
  }
  for (const args of [
    ['operations', 'list'],
    ['nodes', 'why', 'lobby-1'],
    ['audit', 'list'],
    ['events', '--after', '0', '--kind', 'HoldPlaced'],
  ]) {
    const started = startSluice(fleet.url, args);
    if (args[0] === 'events') {
      await expect.poll(() => started.out(), { timeout: 15_000 }).toContain('HoldPlaced');
      started.interrupt();
    }
    const { out } = await started.ended;
    // eslint-disable-next-line no-control-regex -- the same
    expect(out).not.toMatch(/[\u0007\u001b\u202e\r]/u);
    expect(out.split('\n').filter((line) => line.startsWith(FORGED))).toEqual([]);
  }
});

test('a node that calls itself what it should not steers nothing', async () => {
  const id = 'lob\u202eyb-2';
  const output = 'process.stdout.write("a\\u001b]0;title\\u0007\\u202e\\u009b2J\\n{}")';
  await fleet.addNode(id, {
    agent: {
      node: { id, name: '\u009b2J\u2028name', type: 'game-server', labels: { 'ro\u202ele': '\u202e\u009b1m' } },
      commands: { write: { description: '\u202etext', exec: [process.execPath, '-e', output] } },
    },
  });
  await fleet.nodeThat(id, 'active', ({ status }) => status === 'active');
  const { id: operationId } = await fleet.post(id, 'commands/write', {});
  expect((await fleet.ended(operationId)).output).toContain('\u001b');
  const seen = [fleet.serverOutput(), fleet.agentOutput(id)];
  for (const format of ['table', 'json', 'yaml', 'name', 'wide'])
    seen.push((await startSluice(fleet.url, ['nodes', 'list', '-o', format]).ended).out);
  for (const args of [
    ['nodes', 'get', id],
    ['nodes', 'why', id],
    ['nodes', 'commands', id],
    ['operations', 'get', operationId],
    ['operations', 'get', operationId, '-o', 'json'],
    ['nodes', 'get', `${id}\u009b2J`],
  ]) {
    const { out, error } = await startSluice(fleet.url, args).ended;
    seen.push(out, error);
  }
  expect(seen.join('')).toContain('yb-2');
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be there
  for (const text of seen) expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\p{Bidi_Control}]/u);
});

/** An agent whose server was taken over: it does what its own configuration declares, and nothing else, whatever it is asked. */
import { spawn } from 'node:child_process';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerMessage, unknownKindOf } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { firstSeed, howToRepeat, inputs } from '../fuzz/fuzz-settings.ts';
import { generate, mutate, pickOf } from '../fuzz/generate.ts';
import { Random } from '../simulation/random.ts';
import { waitFor } from '../wait-for.ts';
import { ServerThatLies } from './server-that-lies.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
const SECRET = 'slc_test-join-token-0123456789abcdefghijklmnop';
/** Messages that are refused: after each the agent stays away for half a second, on average. */
const REFUSED = Math.max(8, Math.ceil(inputs / 250));
/** Messages that are valid: however many, the session goes on. */
const VALID = Math.min(3000, inputs);

let directory: string;
let server: ServerThatLies;
let agent: ReturnType<typeof spawn>;
let log = '';

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-hostile-'));
  server = await ServerThatLies.start();
  const tell = 'process.stdout.write(JSON.stringify(process.env))';
  await writeFile(
    path.join(directory, 'agent.yaml'),
    stringify({
      server: server.url,
      joinToken: '${SLUICE_JOIN_TOKEN}',
      node: { id: 'lobby-1', type: 'game-server' },
      stateDir: path.join(directory, 'state'),
      workload: {
        driver: 'process',
        command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
        stopGrace: '1s',
      },
      commands: {
        tell: {
          description: 'Tells its environment',
          exec: [process.execPath, '-e', tell],
          params: { note: { type: 'string', maxLength: 20 }, count: { type: 'integer', required: false } },
        },
      },
    }),
  );
  agent = spawn(process.execPath, [sluice, 'agent', '--config', path.join(directory, 'agent.yaml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, SLUICE_JOIN_TOKEN: SECRET, SLUICE_LOG_LEVEL: 'debug' },
  });
  for (const stream of [agent.stdout, agent.stderr])
    stream?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  await waitFor('the agent to be let in', () => server.sessions > 0, { seen: () => log });
});

afterAll(async () => {
  const ended = new Promise((resolve) => {
    agent.once('exit', resolve);
  });
  agent.kill('SIGTERM');
  await ended;
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('asked for a command that it does not declare, it runs nothing:', () => {
  test.each([
    'reboot',
    '/bin/sh',
    '../../../bin/sh',
    'tell; touch FILE',
    '$(touch FILE)',
    'tell\u0000',
    ' tell',
    'TELL',
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ])('%j', async (command) => {
    const file = path.join(directory, 'touched');
    const { status, error } = await server.run(command.replace('FILE', file), '{}');
    expect({ status, error }).toMatchObject({ status: 'failed', error: { code: 'command-not-found' } });
    await expect(access(file)).rejects.toThrow('ENOENT');
  });
});

describe('asked with parameters that are not as declared, it runs nothing:', () => {
  test.each([
    '{}',
    '{"note":5}',
    '{"note":null}',
    '{"note":["x"]}',
    '{"note":"x","count":"1"}',
    '{"note":"x","count":1.5}',
    '{"note":"x","LD_PRELOAD":"/tmp/evil.so"}',
    '{"note":"x","PATH":"/tmp"}',
    '{"note":"x","constructor":{}}',
    '{"note":"x","__proto__":{"count":1}}',
    '{"__proto__":{"note":"x"}}',
    '{"note":"a\\u0000b"}',
    `{"note":"${'x'.repeat(21)}"}`,
    `{"note":"x","more":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  ])('parameters %#', async (params) => {
    const { status, error, output } = await server.run('tell', params);
    expect({ status, error }).toMatchObject({ status: 'failed', error: { code: 'invalid-parameters' } });
    expect(output ?? '').toBe('');
  });
});

test('a parameter reaches a command under its own name, and no secret of the agent does', async () => {
  const { status, output } = await server.run('tell', '{"note":"; $(id) -x \\n y"}');
  expect(status).toBe('succeeded');
  const environment: unknown = JSON.parse(output ?? 'null');
  expect(environment).toMatchObject({ SLUICE_PARAM_NOTE: '; $(id) -x \n y', SLUICE_NODE_ID: 'lobby-1' });
  expect(output).not.toContain(SECRET);
  expect(
    Object.keys(environment ?? {})
      .filter((name) => name.startsWith('SLUICE_'))
      .toSorted(),
  ).toEqual(['SLUICE_AVAILABILITY', 'SLUICE_METADATA_FILE', 'SLUICE_NODE_ID', 'SLUICE_PARAM_NOTE']);
});

const serverMessage = Compile(ServerMessage);
const KINDS = ServerMessage.anyOf.filter(({ properties }) => !['challenge', 'welcome'].includes(properties.kind.const));

function isValid(text: string): boolean {
  try {
    return serverMessage.Check(JSON.parse(text));
  } catch {
    // No JSON: what is asked for by some of the tests.
    return false;
  }
}

/** One that an agent must take, whatever it names. */
function validMessage(random: Random): string {
  for (;;) {
    const text = JSON.stringify(generate(pickOf(random, KINDS), random));
    if (isValid(text)) return text;
  }
}

/** One that ends the session: of a kind that the agent knows, or of none. Unknown kinds are a newer server's, and passed over. */
function refusedMessage(random: Random): string {
  if (random.chance(0.3))
    return random.pick(
      '{',
      'null',
      '[]',
      '',
      '{"kind":5}',
      '\u0000',
      '['.repeat(100_000),
      '{"kind":"challenge","nonce":"x"}',
      '{"kind":"availability.set","generation":1e308,"availability":"drain","sinceGeneration":0,"forceInMs":0,"holds":[]}',
    );
  for (;;) {
    const mutated = mutate(JSON.parse(validMessage(random)), random);
    const text = JSON.stringify(mutated) ?? '';
    if (!isValid(text) && unknownKindOf('server', mutated) === null) return text;
  }
}

test(
  `${VALID} valid messages and ${REFUSED} others from seed ${firstSeed} on: it goes on, and says nothing but what the protocol knows`,
  { timeout: 600_000 },
  async () => {
    for (let count = 0; count < VALID; count += 1)
      await server.say(validMessage(new Random(firstSeed + count, 'server')));
    for (const kind of ['__proto__', 'toString', 'node.upgrade']) await server.say(JSON.stringify({ kind, nodeId: 5 }));
    expect((await server.run('tell', '{"note":"x"}')).status).toBe('succeeded');
    expect(server.closes).toEqual([]);
    for (let count = 0; count < REFUSED; count += 1) {
      const text = refusedMessage(new Random(firstSeed + count, 'server, refused'));
      await server.say(text);
      await waitFor('the agent to end the session', () => server.closes.length > count, { seen: () => text });
    }
    await waitFor(
      'a command to be run again',
      async () => (await server.run('tell', '{"note":"x"}')).status === 'succeeded',
      { withinMs: 120_000 },
    );
    expect({ nonsense: server.nonsense, repeat: howToRepeat(firstSeed) }).toMatchObject({ nonsense: [] });
    expect(agent.exitCode).toBeNull();
    // 1006 is a session that broke off, as when a process dies.
    expect(server.closes.filter((code) => ![1000, 4000].includes(code))).toEqual([]);
  },
);

test('it has written no file but its own, and logged one event a line, without its secrets', async () => {
  expect((await readdir(directory)).toSorted()).toEqual(['agent.yaml', 'state']);
  const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('The agent of'));
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ event: expect.any(String) });
  expect(log).not.toContain(SECRET);
});

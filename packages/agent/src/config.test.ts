/** agent.yaml: what it means, and every fault of it told at once, in its place. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AgentConfigFlags, loadAgentConfig } from './config.ts';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-config-'));
  file = path.join(directory, 'agent.yaml');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function load(text: string, env: Readonly<Record<string, string>> = {}, flags: AgentConfigFlags = {}) {
  await writeFile(file, text);
  return loadAgentConfig(file, env, flags);
}

async function faultsOf(text: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await load(text, env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the configuration was taken');
}

const whole = `server: https://sluice.example:7070/
joinToken: \${SLUICE_JOIN_TOKEN}
node: { id: lobby-3, type: game-server, region: eu-west, zone: b, port: 7777, labels: { game: chess, env: prod } }
stateDir: state
workload:
  driver: process
  command: [node, server.js]
  cwd: game
  env: { PORT: "7777", GREETING: "$\${HOME} is not replaced" }
  stopGrace: 10s
  health:   { http: "http://127.0.0.1:7777/healthz", interval: 1s, timeout: 500ms, healthyWithin: 2m }
  sessions: { http: "http://127.0.0.1:7777/stats", pointer: /players }
  drain:    { http: { url: "http://127.0.0.1:7777/drain", body: { now: true } } }
  undrain:  { http: { method: DELETE, url: "http://127.0.0.1:7777/drain" }, timeout: 3s }
  endSessions: { signal: SIGUSR2 }
rotation: { agentCheck: "0.0.0.0:7788", http: "[::1]:7789" }
commands:
  reload: { description: Reload the configuration, exec: [systemctl, reload, chess], timeout: 30s,
            params: { level: { type: string, enum: [soft, hard], default: soft } } }
reboot: { command: [systemctl, reboot], within: 10m }
onAgentStop: stop
`;

const smallest = 'server: http://127.0.0.1:7070\nnode: { id: n }\nworkload: { driver: process, command: [run] }\n';

describe('a whole file', () => {
  test('means what it says', async () => {
    const config = await load(whole, { SLUICE_JOIN_TOKEN: 'slc_secret' });
    const cwd = path.join(directory, 'game');
    expect(config).toEqual({
      serverUrls: ['https://sluice.example:7070'],
      joinToken: 'slc_secret',
      tls: { serverCa: null, own: null },
      node: {
        id: 'lobby-3',
        name: 'lobby-3',
        type: 'game-server',
        port: 7777,
        version: null,
        region: 'eu-west',
        zone: 'b',
        labels: { game: 'chess', env: 'prod' },
      },
      stateDir: path.join(directory, 'state'),
      workload: {
        driver: {
          kind: 'process',
          command: ['node', 'server.js'],
          cwd,
          runAs: { user: null, group: null, umask: null, limits: {}, ownVariables: ['PORT', 'GREETING'] },
        },
        cwd,
        environment: { PORT: '7777', GREETING: '${HOME} is not replaced' },
        inherits: 'all',
        output: {},
        usesSocket: false,
        stopGraceMs: 10_000,
        health: { check: { kind: 'http', url: 'http://127.0.0.1:7777/healthz' }, intervalMs: 1000, timeoutMs: 500 },
        healthyWithinMs: 120_000,
        sessions: {
          source: { kind: 'http', url: 'http://127.0.0.1:7777/stats', pointer: '/players' },
          intervalMs: 1000,
          timeoutMs: 2000,
        },
        hooks: {
          drain: {
            kind: 'http',
            method: 'POST',
            url: 'http://127.0.0.1:7777/drain',
            body: '{"now":true}',
            timeoutMs: 10_000,
          },
          undrain: { kind: 'http', method: 'DELETE', url: 'http://127.0.0.1:7777/drain', body: null, timeoutMs: 3000 },
          endSessions: { kind: 'signal', signal: 'SIGUSR2', timeoutMs: 10_000 },
        },
      },
      rotation: {
        agentCheck: { host: '0.0.0.0', port: 7788 },
        http: { host: '::1', port: 7789 },
        weight: null,
        haproxy: null,
        settleMs: 3000,
      },
      metrics: null,
      commands: {
        reload: {
          description: 'Reload the configuration',
          exec: ['systemctl', 'reload', 'chess'],
          timeoutMs: 30_000,
          disruptive: false,
          parameters: expect.objectContaining({
            properties: { level: { type: 'string', enum: ['soft', 'hard'], default: 'soft' } },
          }),
        },
      },
      reboot: {
        command: ['systemctl', 'reboot'],
        withinMs: 600_000,
        bootIdFile: '/proc/sys/kernel/random/boot_id',
      },
      onAgentStop: 'stop',
    });
    expect(Object.isFrozen(config.workload.hooks)).toBe(true);
  });

  test('the smallest one has defaults for the rest', async () => {
    expect(await load(smallest)).toMatchObject({
      joinToken: null,
      tls: { serverCa: null, own: null },
      node: { id: 'n', name: 'n', type: 'default', port: null, labels: {} },
      stateDir: '/var/lib/sluice',
      workload: {
        cwd: directory,
        environment: {},
        stopGraceMs: 30_000,
        health: null,
        healthyWithinMs: 60_000,
        sessions: null,
        hooks: { drain: null, undrain: null, endSessions: null },
      },
      rotation: { agentCheck: null, http: null, weight: null, haproxy: null, settleMs: 0 },
      metrics: null,
      commands: {},
      onAgentStop: 'keep',
    });
  });

  test('the driver exec, with other probes', async () => {
    const config = await load(`server: http://127.0.0.1:7070
node: { id: n }
workload: { driver: exec, start: [a], stop: [b], status: [c], health: { tcp: "localhost:80" }, sessions: { tcpPort: 80 }, drain: { exec: [d] } }
`);
    expect(config.workload).toMatchObject({
      driver: {
        kind: 'exec',
        start: ['a'],
        stop: ['b'],
        restart: null,
        status: ['c'],
        timeoutMs: 60_000,
        statusIntervalMs: 2000,
      },
      health: { check: { kind: 'tcp', host: 'localhost', port: 80 } },
      sessions: { source: { kind: 'tcp-port', port: 80 } },
      hooks: { drain: { kind: 'exec', command: ['d'] } },
    });
  });

  test('the driver systemd: a unit, with or without its suffix', async () => {
    const base = 'server: http://127.0.0.1:1\nnode: { id: n }\n';
    expect(
      (await load(`${base}workload: { driver: systemd, unit: chess, drain: { signal: SIGUSR1 } }`)).workload,
    ).toMatchObject({
      driver: { kind: 'systemd', unit: 'chess.service', isUserUnit: false, timeoutMs: 120_000, statusIntervalMs: 2000 },
      environment: {},
    });
    expect(
      (await load(`${base}workload: { driver: systemd, unit: chess@1.service, user: true }`)).workload.driver,
    ).toMatchObject({ unit: 'chess@1.service', isUserUnit: true });
  });

  test('the driver docker: a container, by the usual socket or another', async () => {
    const base = 'server: http://127.0.0.1:1\nnode: { id: n }\n';
    expect((await load(`${base}workload: { driver: docker, container: chess-1 }`)).workload.driver).toEqual({
      kind: 'docker',
      container: 'chess-1',
      socket: '/var/run/docker.sock',
      timeoutMs: 30_000,
      statusIntervalMs: 2000,
    });
    expect(
      (await load(`${base}workload: { driver: docker, container: c, socket: "unix:///run/podman/podman.sock" }`))
        .workload.driver,
    ).toMatchObject({ socket: '/run/podman/podman.sock' });
  });

  test('as whom and in what surroundings a process runs', async () => {
    const config = await load(`server: http://127.0.0.1:1
node: { id: n }
workload: { driver: process, command: [run], user: chess, group: "1000", umask: "027", inheritEnvironment: [PATH],
            limits: { openFiles: 65536 }, output: { fileBytes: 65536, files: 3 } }
`);
    expect(config.workload).toMatchObject({
      driver: { runAs: { user: 'chess', group: '1000', umask: '027', limits: { openFiles: 65_536 } } },
      inherits: ['PATH'],
      output: { bytesMax: 65_536, filesMax: 3 },
    });
    const closed = 'workload: { driver: process, command: [run], inheritEnvironment: false }';
    expect((await load(smallest.replace(/workload.*/u, closed))).workload.inherits).toEqual([]);
  });

  test('a flag wins over the environment, and that over the file', async () => {
    const env = { SLUICE_URL: 'http://from-env:1' };
    expect((await load(smallest, env)).serverUrls).toEqual(['http://from-env:1']);
    const config = await load(smallest, env, { server: 'http://from-flag:2', nodeId: 'other' });
    expect([config.serverUrls, config.node.id, config.node.name]).toEqual([['http://from-flag:2'], 'other', 'other']);
    expect(
      (await load('workload: { driver: process, command: [run] }', {}, { server: 'http://a:1', nodeId: 'b' })).node.id,
    ).toBe('b');
  });
});

describe('several servers', () => {
  const both = ['https://a.example:7070', 'https://b.example'];
  const withServer = (server: string) => smallest.replace(/^server.*$/mu, `server: ${server}`);

  test('are a list in the file, or have commas between in a text, a flag or the environment', async () => {
    const texts = 'https://a.example:7070/, https://b.example';
    expect((await load(withServer('[https://a.example:7070, https://b.example/]'))).serverUrls).toEqual(both);
    expect((await load(withServer(`"${texts}"`))).serverUrls).toEqual(both);
    expect((await load(withServer('"${SERVERS}"'), { SERVERS: texts })).serverUrls).toEqual(both);
    expect((await load(smallest, { SLUICE_URL: texts })).serverUrls).toEqual(both);
    expect((await load(smallest, {}, { server: texts })).serverUrls).toEqual(both);
    expect((await load(withServer('[https://a.example]'))).serverUrls).toEqual(['https://a.example']);
  });

  test.each([
    ['an item that is none', '[https://a.example, b.example]', "line 1: server.1: 'b.example' is no address"],
    ['a text that has none at its end', '"https://a.example,"', "line 1: server: '' is no address"],
    ['an item of two', '["https://a.example,https://b.example"]', 'has a comma in it; write each address as an item'],
    ['the same one twice', '[https://a.example, https://A.example:443/]', 'https://a.example is there twice'],
    ['with and without TLS', '[https://a.example, http://b.example]', 'write all of one kind: an agent that cannot'],
    ['a secret in one', '[https://a.example, https://me:secret@b.example]', 'server.1: has a user or password in it'],
    ['none', '[]', 'line 1: server: must be the address of the server, or a list of addresses'],
    ['a number', '7070', 'line 1: server: must be the address of the server, or a list of addresses'],
    [
      'too many',
      `"${Array.from({ length: 33 }, (_, index) => `http://s${index}`).join()}"`,
      'has 33 addresses; at most 32 are possible',
    ],
  ])('%s is refused', async (_, server, words) => {
    const message = await faultsOf(withServer(server));
    expect(message).toContain(words);
    expect(message).not.toContain('secret');
  });

  test('an authority of servers without TLS would verify nothing', async () => {
    const text = `${withServer('[http://a, http://b]')}serverCa: ca.crt\n`;
    expect(await faultsOf(text)).toContain('serverCa: is of no use with an http:// server');
  });
});

describe('faults', () => {
  test('all of them are told, with file, line, path and what is meant', async () => {
    const message = await faultsOf(`server: http://127.0.0.1:7070
node: { id: n, port: "80", version: 1.4 }
workload:
  driver: proces
  command: [run]
  stopgrace: 10s
  health: { http: "http://127.0.0.1/", tiemout: 1s }
  env: { A: 1 }
rotation:
  settel: 3s
nodes: []
commands:
  reload: { exec: [] }
`);
    expect(message).toBe(`${file} cannot be used:
  line 2: node.port: must be a whole number, and is a text
  line 2: node.version: must be a text, and is a number; write it in quotes: "1.4"
  line 4: workload.driver: must be one of process, exec, systemd, docker
  line 6: workload.stopgrace: unknown; did you mean stopGrace?
  line 7: workload.health.tiemout: unknown; did you mean timeout?
  line 8: workload.env.A: must be a text, and is a number; write it in quotes: "1"
  line 10: rotation.settel: unknown; did you mean settle?
  line 11: nodes: unknown; did you mean node?
  line 13: commands.reload.exec: is an empty list
  line 13: commands.reload.description: missing`);
  });

  test('what is of the right kind but means nothing is told too, all at once', async () => {
    const message = await faultsOf(
      `server: sluice.example:7070
node: { id: commands, labels: { "a=b": x, region: y } }
workload:
  driver: process
  command: [run]
  start: [run]
  stopGrace: 10
  health: { http: "localhost/healthz", tcp: "localhost:80" }
  sessions: { pointer: players }
  drain: { signal: SIGKILL }
  env: { SLUICE_TOKEN: x }
rotation: { http: "7789" }
commands:
  restart: { description: Again, exec: [run] }
  Re_load: { description: Reload, exec: [run], timeout: 0s }
  set: { description: Set, exec: [run], params: { a-b: { type: string }, a_b: { type: string }, n: { type: integer, default: many } } }
`.replace('stopGrace: 10\n', 'stopGrace: "10"\n'),
    );
    for (const words of [
      "line 1: server: 'sluice.example:7070' is no address",
      "line 2: node.id: 'commands' is reserved",
      "line 2: node.labels.a=b: a label's key has",
      'line 2: node.labels.region: is a field of the node itself',
      'line 6: workload.start: belongs to the driver exec, and this is process',
      "line 7: workload.stopGrace: '10' is no duration",
      'line 8: workload.health: has http and tcp; only one of them is possible',
      "line 8: workload.health.http: 'localhost/healthz' is no address",
      'line 9: workload.sessions: needs one of http, tcpPort, exec',
      "line 9: workload.sessions.pointer: 'players' is no JSON pointer",
      "line 10: workload.drain.signal: 'SIGKILL' is no signal that a workload can take",
      'line 11: workload.env.SLUICE_TOKEN: names beginning with SLUICE_',
      "line 12: rotation.http: '7789' is no address",
      'line 14: commands.restart: every node has a command restart of its own',
      "line 15: commands.Re_load: a command's name has",
      'line 15: commands.Re_load.timeout: must be more than 0',
      'line 16: commands.set.params.a_b: would reach the command as SLUICE_PARAM_A_B, as a-b does',
      'line 16: commands.set.params.n.default: does not fit the parameter itself: must be integer',
    ]) {
      expect(message).toContain(words);
    }
  });

  test.each([
    [
      'a variable that is not set',
      smallest.replace('id: n', 'id: "${NODE}"'),
      'line 2: node.id: the environment variable NODE is not set',
    ],
    [
      'a variable with a shell default',
      smallest.replace('id: n', 'id: "${NODE:-x}"'),
      "'${NODE:-x}' names no variable",
    ],
    ['no node id', smallest.replace('id: n', 'name: n'), 'node.id: missing; every node needs an id of its own'],
    [
      'no server',
      smallest.replace(/^server.*\n/u, ''),
      'server: missing; write the address of the server here, or give it with --server URL',
    ],
    [
      'a secret in the address',
      smallest.replace('http://', 'http://me:secret@'),
      'server: has a user or password in it',
    ],
    ['no workload', 'server: http://a:1\nnode: { id: n }\n', 'workload: missing'],
    [
      'a key of several other drivers',
      smallest.replace('process, command: [run]', 'systemd, unit: a, env: {}'),
      'workload.env: belongs to the drivers process and exec, and this is systemd',
    ],
    [
      'what only a user of the machine can be',
      smallest.replace('[run]', '[run], user: true'),
      'workload.user: must be a text, and is true',
    ],
    [
      'an environment that is neither',
      smallest.replace('[run]', '[run], inheritEnvironment: PATH'),
      'workload.inheritEnvironment: must be true, false, or a list of names such as [PATH, HOME]',
    ],
    [
      'a token to be inherited',
      smallest.replace('[run]', '[run], inheritEnvironment: [SLUICE_JOIN_TOKEN]'),
      "SLUICE_JOIN_TOKEN is the agent's own",
    ],
    ['a umask in decimals', smallest.replace('[run]', '[run], umask: "999"'), "'999' is no umask"],
    ['a umask without quotes', smallest.replace('[run]', '[run], umask: 027'), 'workload.umask: must be a text'],
    ['a user with a space', smallest.replace('[run]', '[run], user: "a b"'), "'a b' is no name or number of a user"],
    [
      'units by pattern',
      smallest.replace('process, command: [run]', 'systemd, unit: "chess-*"'),
      "'chess-*' is no name of one unit",
    ],
    [
      'a unit that is no service',
      smallest.replace('process, command: [run]', 'systemd, unit: chess.timer'),
      "'chess.timer' is no service",
    ],
    [
      'a container that is none',
      smallest.replace('process, command: [run]', 'docker, container: ../etc'),
      "'../etc' is no name or id of a container",
    ],
    [
      'an engine of another machine',
      smallest.replace('process, command: [run]', 'docker, container: c, socket: "tcp://h:1"'),
      'is no Unix socket',
    ],
    [
      'no unit',
      smallest.replace('process, command: [run]', 'systemd'),
      'workload.unit: missing; the driver systemd needs it',
    ],
    ['no command', smallest.replace(', command: [run]', ''), 'workload.command: missing; the driver process needs it'],
    [
      'a signal to an unknown process',
      smallest.replace(
        'driver: process, command: [run]',
        'driver: exec, start: [a], stop: [b], status: [c], drain: { signal: SIGHUP }',
      ),
      'the driver exec cannot send signals',
    ],
    ['broken YAML', 'server: [', 'at line 1, column 10'],
    [
      'a variable without quotes within braces',
      'node: { id: ${NODE} }',
      'at line 1, column 14 (within { } a variable stands in quotes',
    ],
    ['a list', '- server', 'must be a mapping, and is a list'],
    ['a word', 'server', 'must be a mapping, and is a text'],
    ['an empty file', '', 'workload: missing'],
    ['the same key twice', `${smallest}node: { id: m }\n`, 'unique'],
    ['a key that every object has', `${smallest}constructor: 1\n__proto__: { a: 1 }\n`, 'line 4: constructor: unknown'],
    [
      'an alias of what it stands in',
      `${smallest}commands: &all { again: *all }\n`,
      'line 4: commands.again: is an alias of',
    ],
    [
      'aliases that multiply',
      `a: &a [${'x,'.repeat(10)}]\nb: &b [${'*a,'.repeat(10)}]\nc: &c [${'*b,'.repeat(10)}]\n${smallest}`,
      'Excessive alias count',
    ],
    [
      'an allowed value of the wrong kind',
      `${smallest}commands: { set: { description: Set, exec: [run], params: { version: { type: string, enum: ["1", 1.1] } } } }\n`,
      'line 4: commands.set.params.version.enum.1: must be string',
    ],
    [
      'more than the first message can carry',
      `${smallest}commands:\n${Array.from({ length: 60 }, (_, index) => `  c${index}: { description: ${'d'.repeat(900)}, exec: [run] }\n`).join('')}`,
      'line 4: commands: node and commands have',
    ],
    [
      'too many labels',
      smallest.replace(
        'id: n',
        `id: n, labels: { ${Array.from({ length: 65 }, (_, index) => `k${index}: v`).join(', ')} }`,
      ),
      'there are 65; a node has at most 64 labels',
    ],
    [
      'a long label',
      smallest.replace('id: n', `id: n, labels: { k: ${'v'.repeat(257)} }`),
      "has 257 characters; a label's value has at most 256",
    ],
  ])('%s', async (_, text, words) => {
    expect(await faultsOf(text)).toContain(words);
  });

  test('a file that is not there', async () => {
    await expect(loadAgentConfig(path.join(directory, 'none.yaml'), {})).rejects.toThrow(
      /none\.yaml cannot be read: ENOENT.*--config FILE/u,
    );
  });

  test('secrets are in no fault', async () => {
    expect(await faultsOf(whole.replace('stateDir', 'statedir'), { SLUICE_JOIN_TOKEN: 'slc_secret' })).not.toContain(
      'slc_secret',
    );
  });
});

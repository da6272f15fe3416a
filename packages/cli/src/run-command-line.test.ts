/** The command line without a server: help, versions, wrong usage, and a server that is not there. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runSluice } from './captured-terminal.ts';
import { findFreePorts } from './demo/ports.ts';

let nowhere = '';

beforeAll(async () => {
  nowhere = `http://127.0.0.1:${(await findFreePorts(1))[0]}`;
});

const withoutServer = (environment = {}) => ({ environment: { SLUICE_URL: nowhere, ...environment } });

describe('help', () => {
  test('`sluice` alone and `sluice --help` show what there is, on stdout, in 80 columns', async () => {
    const { exitCode, out, error } = await runSluice([]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain('Operate:\n  nodes          list, get, why, drain, undrain, restart, reboot, run, meta, …\n');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await runSluice(['--help'])).out).toBe(out);
  });

  test('a group alone shows its commands', async () => {
    const { exitCode, out, error } = await runSluice(['nodes', 'meta']);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain('set <id> <json>');
  });

  test.each([
    'demo',
    'server',
    'agent',
    'render',
    'version',
    ...['list', 'get', 'why', 'drain', 'undrain', 'restart', 'reboot', 'commands', 'run', 'forget'].map(
      (name) => `nodes ${name}`,
    ),
    ...['get', 'set', 'patch', 'edit'].map((name) => `nodes meta ${name}`),
    ...['list', 'get', 'watch'].map((name) => `operations ${name}`),
  ])('sluice %s explains itself with an example', async (command) => {
    const { exitCode, out } = await runSluice([...command.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`Example:\\n  (?:\\w+=\\w+ )?sluice ${command}`, 'u'));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('version, for people and programs', async () => {
    expect((await runSluice(['version'])).out).toMatch(/^sluice \d+\.\d+\.\d+ \(Node\.js [\d.]+\)\n$/u);
    expect(JSON.parse((await runSluice(['version', '-o', 'json'])).out)).toEqual({
      sluice: expect.any(String),
      node: process.versions.node,
    });
  });
});

describe('wrong usage is exit code 2, on stderr, with what to do', () => {
  test.each([
    ['nods', "Error: Unknown command 'nods'.\n→ Did you mean nodes?\n"],
    ['nodes lst', "Error: Unknown command 'lst'.\n→ Did you mean list?\n"],
    ['nodes list --statos x', "Error: Unknown option '--statos'.\n→ Did you mean --status?\n"],
    ['nodes get', "Error: Missing required argument 'id'.\n→ Add --help to the command to see how it is written.\n"],
    [
      'nodes drain lobby-1 --timeout 15',
      "Error: Option '--timeout <duration>' argument '15' is invalid. Write a whole number and a unit: 90s, 15m, 2h, 7d.\n" +
        '→ Add --help to the command to see how it is written.\n',
    ],
    [
      'nodes drain lobby-1 --on-deadline kill',
      "Error: Option '--on-deadline <act>' argument 'kill' is invalid. Allowed choices are force, cancel, hold.\n" +
        '→ Add --help to the command to see how it is written.\n',
    ],
    [
      'nodes restart lobby-1 --drain-timeout 5m',
      'Error: --drain-timeout and --on-deadline say how to drain, but nothing is drained.\n→ Add --drain-first.\n',
    ],
    [
      'nodes reboot lobby-1 --no-drain --no-undrain',
      'Error: --timeout, --on-deadline and --no-undrain are about the drain, but nothing is drained.\n→ Leave --no-drain away, or them.\n',
    ],
    [
      'operations list --limit 5000',
      "Error: Option '--limit <count>' argument '5000' is invalid. Write a whole number from 1 to 1000.\n" +
        '→ Add --help to the command to see how it is written.\n',
    ],
    [
      'demo --port http',
      "Error: Option '--port <port>' argument 'http' is invalid. Write a port from 1 to 65535.\n" +
        '→ Add --help to the command to see how it is written.\n',
    ],
  ])('sluice %s', async (line, error) => {
    expect(await runSluice(line.split(' '))).toEqual({ exitCode: 2, out: '', error });
  });

  test('an address that is none', async () => {
    const { exitCode, error } = await runSluice(['nodes', 'list', '--url', 'localhost:7070']);
    expect(exitCode).toBe(2);
    expect(error).toContain("Error: 'localhost:7070' is not the address of a server");
  });
});

describe('a server that is not there is exit code 7', () => {
  const words = () =>
    `Error: Cannot reach the server at ${nowhere}: nothing listens there.\n` +
    '→ Start one with `sluice server` (or a whole fleet with `sluice demo`), or say where it is with --url or SLUICE_URL.\n';

  test.each(['nodes list', 'nodes list --watch', 'nodes drain a', 'nodes meta get a', 'operations watch op_1'])(
    'sluice %s',
    async (line) => {
      expect(await runSluice(line.split(' '), withoutServer())).toEqual({ exitCode: 7, out: '', error: words() });
    },
  );

  test('of several nodes it is said once', async () => {
    expect(await runSluice(['nodes', 'drain', 'a', 'b'], withoutServer())).toEqual({
      exitCode: 7,
      out: '',
      error: words(),
    });
  });
});

test('colours only where they are wanted', async () => {
  const coloured = await runSluice(['nodes', 'list'], { ...withoutServer(), columns: 80 });
  expect(coloured.error).toContain('\u001b[31mError:\u001b[39m');
  const plain = await runSluice(['nodes', 'list'], { ...withoutServer({ NO_COLOR: '1' }), columns: 80 });
  expect(plain.error).toMatch(/^Error: /u);
});

/** The `sluice` command following what goes on: live output, cancelling, lists that show themselves again, the feed of events. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';
import { type Started, startSluice } from './sluice-process.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  // Writes a line, waits for the file that its parameter names, writes another.
  const slow = [
    process.execPath,
    '-e',
    "const { existsSync } = require('node:fs'); console.log('begun'); const look = () => existsSync(process.env.SLUICE_PARAM_FILE) ? console.log('done') : setTimeout(look, 50); look();",
  ];
  await fleet.addNode('lobby-1', {
    agent: {
      commands: { slow: { description: 'Wait for a file', exec: slow, params: { file: { type: 'string' } } } },
    },
  });
  await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
});
afterAll(() => fleet.stop());

const start = (...args: readonly string[]): Started => startSluice(fleet.url, args);
const run = (...args: readonly string[]) => start(...args).ended;

async function says(what: string, started: Started, text: string | RegExp): Promise<void> {
  await waitFor(what, () => (typeof text === 'string' ? started.out().includes(text) : text.test(started.out())), {
    seen: () => ({ out: started.out(), error: started.error() }),
  });
}

test('operations watch shows output while the command runs, through a restart of the server, and each line once', async () => {
  const file = path.join(fleet.directory, 'go');
  const asked = await run('nodes', 'run', 'lobby-1', 'slow', `file=${file}`, '--no-wait', '-o', 'name');
  const id = asked.out.trim();
  const watching = start('operations', 'watch', id);
  await says('the first line', watching, 'begun\n');
  expect((await run('operations', 'output', id)).out).toBe('begun\n');

  await fleet.stopServer('SIGKILL');
  await waitFor('it to say that the server is gone', () => watching.error().includes('Still trying'));
  await fleet.startServer();
  await fleet.nodeThat('lobby-1', 'connected again', ({ connected }) => connected);
  await writeFile(file, '');
  expect(await watching.ended).toMatchObject({ exitCode: 0, out: 'begun\ndone\nlobby-1: slow done, exit code 0\n' });
  expect(await run('operations', 'output', id)).toMatchObject({ exitCode: 0, out: 'begun\ndone\n' });
});

test('nodes run shows output as it comes; cancelled from elsewhere it is stopped, and says so with exit code 1', async () => {
  const running = start('nodes', 'run', 'lobby-1', 'slow', 'file=/nowhere');
  await says('the first line', running, 'begun\n');
  const listed = await run('operations', 'list', '--command', 'slow', '--status', 'running', '-o', 'name');
  const id = listed.out.trim();
  const cancelled = await run('operations', 'cancel', id, '--reason', 'wrong node');
  expect(cancelled.exitCode).toBe(0);
  expect(cancelled.out).toMatch(/^lobby-1: slow (is being cancelled|cancelled: )/u);
  const ended = await running.ended;
  expect(ended).toMatchObject({ exitCode: 1, out: 'begun\n' });
  expect(ended.error).toContain('lobby-1: slow cancelled');

  const again = await run('operations', 'cancel', id, 'op_0');
  expect(again).toMatchObject({ exitCode: 4 });
  expect(again.error).toContain("op_0: There is no operation 'op_0'");
  expect(await run('operations', 'confirm', id)).toMatchObject({ exitCode: 5 });
});

test('Ctrl-C leaves a command running, and says how to cancel it', async () => {
  const running = start('nodes', 'run', 'lobby-1', 'slow', 'file=/nowhere');
  await says('the first line', running, 'begun\n');
  running.interrupt();
  const ended = await running.ended;
  expect(ended.exitCode).toBe(130);
  const [, id = ''] = /sluice operations cancel (op_\w+)/u.exec(ended.error) ?? [];
  expect((await run('operations', 'get', id)).out).toContain('◐ running');
  expect((await run('operations', 'cancel', id)).exitCode).toBe(0);
  expect((await run('operations', 'watch', id)).exitCode).toBe(1);
});

test('lists show themselves again when something happens; the feed has a line for each event', async () => {
  const nodes = start('nodes', 'list', '--watch', '-o', 'json');
  const operations = start('operations', 'list', '--watch', '--command', 'drain');
  const feed = start('events', '--node', 'lobby-1', '--kind', 'OperationRequested,OperationEnded', '--after', '0');
  const everything = start('events', '--after', '0', '-o', 'json');
  await says('the nodes', nodes, '"status":"active"');
  await says('no operations', operations, 'No operations.');
  await says('the beginning', everything, '"NodeRegistered"');

  expect((await run('nodes', 'drain', 'lobby-1', '--reason', 'new disks', '--wait')).exitCode).toBe(0);
  await says('the drained node', nodes, '"status":"drained"');
  expect((await run('nodes', 'undrain', 'lobby-1', '--wait')).exitCode).toBe(0);

  await says('the drain', operations, /lobby-1 +drain +✓ succeeded/u);
  await says('the request', feed, /^\d\d:\d\d:\d\dZ +\d+ {2}lobby-1 +OperationRequested +drain: new disks$/mu);
  await says(
    'the ends',
    feed,
    /new disks\n(?:.*\n)*.*OperationEnded +succeeded\n(?:.*\n)*.*OperationEnded +succeeded\n/u,
  );
  await says('the end of it', everything, '"NodeActivated"');
  for (const started of [nodes, operations, feed, everything]) started.interrupt();
  for (const started of [nodes, operations, feed, everything])
    expect(await started.ended).toMatchObject({ exitCode: 0, error: '' });

  const sequences = everything.out().trim().split('\n').map(sequenceOf);
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_each, index) => index + 1));
  // Snapshots are one line each, for programs.
  for (const line of nodes.out().trim().split('\n').filter(Boolean)) expect(JSON.parse(line)).toHaveProperty('items');
});

function sequenceOf(line: string): number {
  const event: unknown = JSON.parse(line);
  return typeof event === 'object' && event !== null && 'sequence' in event ? Number(event.sequence) : Number.NaN;
}

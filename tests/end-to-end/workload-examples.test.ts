/** The programs of docs/workload.md, as they stand there, under real agents: Socket.IO with real clients, Python, Go. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
let fleet: FleetUnderTest;
let page = '';

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '30s' } } });
  page = await readFile(path.join(workspace, 'docs/workload.md'), 'utf8');
});
afterAll(() => fleet?.stop());

/** Writes the first program in that language that contains a text. @returns Its file. */
async function program(language: string, containing: string, name: string): Promise<string> {
  const programs = [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'gu'))];
  const found = programs.map(([, text = '']) => text).find((text) => text.includes(containing));
  if (found === undefined) throw new Error(`docs/workload.md has no ${language} program with ${containing}`);
  const directory = path.join(fleet.directory, 'programs');
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, name);
  await writeFile(file, found);
  return file;
}

const counted = (nodeId: string, count: number) =>
  fleet.nodeThat(nodeId, `counting ${count}`, ({ load }) => load.sessions === count, 30_000);

function addNode(nodeId: string, command: readonly string[]): Promise<void> {
  return fleet.addNode(nodeId, {
    command,
    workload: () => ({
      sessions: { library: true, interval: '100ms' },
      drain: undefined,
      undrain: undefined,
      health: undefined,
    }),
  });
}

test('Socket.IO: connections are sessions, a drain is told to them, refuses new ones and waits for the last', async () => {
  const file = await program('js', 'socket.io', 'rooms.mjs');
  await symlink(path.join(workspace, 'node_modules'), path.join(path.dirname(file), 'node_modules'));
  await addNode('rooms', [process.execPath, file]);
  const url = `http://127.0.0.1:${fleet.ports.get('rooms')}`;
  const [ann, bob] = [io(url), io(url)];
  try {
    await counted('rooms', 2);
    let hasHeard = false;
    ann.on('draining', () => {
      hasHeard = true;
      ann.disconnect();
    });
    const { id } = await fleet.post('rooms', 'drain', { timeout: 600 });
    await waitFor('the client to hear of the drain', () => hasHeard);
    await fleet.nodeThat('rooms', 'waiting for the other', ({ drain }) => drain?.sessionsRemaining === 1);
    const late = io(url, { forceNew: true, reconnection: false });
    const refusal = await new Promise<string>((resolve) => {
      late.on('connect_error', ({ message }) => resolve(message));
    });
    expect(refusal).toBe('This server is being drained: try another one.');
    late.close();
    bob.disconnect();
    expect(await fleet.ended(id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  } finally {
    ann.close();
    bob.close();
  }
});

test.skipIf(spawnSync('python3', ['--version']).error !== undefined)(
  'Python counts its sessions and drains',
  async () => {
    await addNode('py', ['python3', await program('python', 'AF_UNIX', 'workload.py')]);
    await counted('py', 3);
    const { id } = await fleet.post('py', 'drain', { timeout: 600 });
    expect(await fleet.ended(id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  },
);

test.skipIf(spawnSync('go', ['version']).error !== undefined)(
  'Go counts its sessions and drains',
  async () => {
    const source = await program('go', 'package main', 'workload.go');
    const binary = path.join(fleet.directory, 'go-workload');
    const cache = path.join(fleet.directory, 'go-cache');
    await promisify(execFile)('go', ['build', '-o', binary, source], {
      env: { PATH: process.env['PATH'] ?? '', GOCACHE: cache, GOPATH: cache, GO111MODULE: 'off', CGO_ENABLED: '0' },
    });
    await addNode('go', [binary]);
    await counted('go', 3);
    const { id } = await fleet.post('go', 'drain', { timeout: 600 });
    expect(await fleet.ended(id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  },
  180_000,
);

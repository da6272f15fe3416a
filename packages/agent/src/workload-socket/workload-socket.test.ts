/** The agent's socket for its workload, with real connections. */
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../system-clock.ts';
import { KeptWords } from './kept-words.ts';
import { WorkloadSocket } from './workload-socket.ts';

const node = { id: 'n1', name: 'n1', type: 't', port: null, version: null, region: null, zone: null, labels: {} };

test('a process that is back before its agent has taken up the workload is heard when it has', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-socket-'));
  const logger = pino({ level: 'silent' });
  const socket = await WorkloadSocket.open(directory, {
    clock: systemClock,
    told: { node, commands: [] },
    kept: await KeptWords.open(directory, logger),
    logger,
  });
  const gone = net.connect(socket.path);
  gone.end('{"kind":"join","version":1}\n');
  const early = net.connect(socket.path);
  let told = '';
  early.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await new Promise<void>((resolve) => {
    early.write('{"kind":"join","version":1}\n{"kind":"sessions","count":3}\n', () => resolve());
  });
  socket.begin({ availability: () => 'drain', incarnation: () => 1, said: () => undefined });
  await expect.poll(() => told).toContain('"availability":"drain"');
  await expect.poll(() => socket.sessions()).toMatchObject({ ok: true, sessions: 3 });
  early.destroy();
  await socket.close();
  await rm(directory, { recursive: true, force: true });
});

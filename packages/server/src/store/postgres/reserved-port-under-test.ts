/** Ports of databases under test: who has one keeps it while its server is down, because tests that run beside each other stop and start theirs. */
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Below those that the system gives to connections. */
const FIRST = 20_000;
const COUNT = 10_000;

export async function reservePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!(await reserve(port))) continue;
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
    await releasePort(port);
  }
}

export async function releasePort(port: number): Promise<void> {
  await rm(reservationOf(port), { recursive: true, force: true });
}

/** @returns `false`: another test has it, in this process or another. */
async function reserve(port: number): Promise<boolean> {
  try {
    await mkdir(reservationOf(port));
    return true;
  } catch {
    return false;
  }
}

function reservationOf(port: number): string {
  return path.join(tmpdir(), `sluice-postgres-port-${port}`);
}

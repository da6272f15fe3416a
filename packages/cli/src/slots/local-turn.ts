/**
 * One after the other on this machine: the server gives whoever holds a slot that slot again, and so would let two programs of one
 * machine in under it, and free it when the first of them ends.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { errorCode } from '../error-code.ts';

/** Milliseconds between two looks whether the one before has ended. */
const LOOK_EVERY_MS = 200;

export interface LocalTurn {
  readonly end: () => void;
}

/** How a turn is waited for. */
export interface LocalWait {
  /** Milliseconds, at most. */
  readonly withinMs: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly isInterrupted: () => boolean;
  /** Called once, if it has to be waited for. */
  readonly waits: () => void;
}

/**
 * Held by a socket that has a name and no file (Linux): the kernel takes it back from a program that is killed. Elsewhere there are no such
 * names, and nobody waits.
 * @returns `null`: it was not its turn in time.
 */
export async function takeLocalTurn(slot: string, wait: LocalWait): Promise<LocalTurn | null> {
  if (process.platform !== 'linux') return { end: () => undefined };
  const name = `\0sluice-slot-${createHash('sha256').update(slot).digest('hex')}`;
  const startedAt = performance.now();
  for (let looks = 0; ; looks += 1) {
    const server = await listen(name);
    if (server !== null) return { end: () => server.close() };
    if (looks === 0) wait.waits();
    if (wait.isInterrupted() || performance.now() - startedAt >= wait.withinMs) return null;
    await wait.pause(LOOK_EVERY_MS);
  }
}

/** @returns `null`: somebody else has the name. */
function listen(name: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    // What runs under it is what keeps the program alive.
    server.unref();
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve(null);
      else reject(new Error('waiting for the turn on this machine', { cause: error }));
    });
    server.listen(name, () => resolve(server));
  });
}

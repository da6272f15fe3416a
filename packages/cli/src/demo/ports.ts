/** Finds out which ports of this machine are free. */
import { createServer } from 'node:net';
import { errorCode } from '../error-code.ts';

const LOOPBACK = '127.0.0.1';

/** Whether nothing listens on this port of the loopback address. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await listenAndClose([port]);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') return false;
    throw error;
  }
}

/** So many different free ports. */
export function findFreePorts(count: number): Promise<readonly number[]> {
  return listenAndClose(Array.from({ length: count }, () => 0));
}

/** Listens on all of them at once, so that each gets another, and closes them again. */
async function listenAndClose(ports: readonly number[]): Promise<readonly number[]> {
  const servers = ports.map(() => createServer());
  try {
    return await Promise.all(
      servers.map(
        (server, index) =>
          new Promise<number>((resolve, reject) => {
            server.once('error', reject);
            server.listen(ports[index] ?? 0, LOOPBACK, () => {
              const address = server.address();
              if (address === null || typeof address === 'string') reject(new Error('reading the port that was given'));
              else resolve(address.port);
            });
          }),
      ),
    );
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

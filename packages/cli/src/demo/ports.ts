/** Finds out which ports of this machine are free. */
import { createServer } from 'node:net';
import { errorCode } from '../error-code.ts';

const LOOPBACK = '127.0.0.1';
/**
 * Below the range from which systems take the local ports of outgoing connections: such a connection, an agent's session
 * say, could otherwise hold a port that was free when it was looked for.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

/** Whether nothing listens on this port of the loopback address. */
export function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** So many different free ports. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  // From a random place on, so that two demos that start at once do not look for the same ones.
  const begin = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT - 1000));
  for (let port = begin; port <= LAST_PORT && found.length < count; port += 1) {
    if (await isPortFree(port)) found.push(port);
  }
  if (found.length < count) throw new Error(`finding ${count} free ports between ${begin} and ${LAST_PORT}`);
  return found;
}

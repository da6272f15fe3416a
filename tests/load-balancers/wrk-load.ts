/** Load by `wrk`, which sends the next request when the last was answered, as many as the machine carries, and counts what fails. */
import { spawn } from 'node:child_process';

export interface WrkResult {
  readonly requests: number;
  /** Connections and requests that failed, answers that were no success, and what was not answered in time. */
  readonly failed: number;
  /** What wrk itself printed. */
  readonly text: string;
}

export interface WrkLoad {
  /** Ends it, and counts. */
  stop(): Promise<WrkResult>;
}

/**
 * @param connections Requests at any moment.
 * @param isKeptAlive `false`: each request has a connection of its own.
 */
export function startWrk(url: string, connections: number, isKeptAlive: boolean): WrkLoad {
  const headers = isKeptAlive ? [] : ['--header', 'Connection: close'];
  const child = spawn(
    'wrk',
    ['--threads', '1', '--connections', String(connections), '--duration', '1h', ...headers, url],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
      const requests = Number(/(\d+) requests in/u.exec(text)?.[1] ?? Number.NaN);
      const socketErrors = [...(/Socket errors: (.*)/u.exec(text)?.[1] ?? '').matchAll(/\d+/gu)];
      const refused = Number(/Non-2xx or 3xx responses: (\d+)/u.exec(text)?.[1] ?? 0);
      return { requests, failed: socketErrors.reduce((sum, [count]) => sum + Number(count), refused), text };
    },
  };
}

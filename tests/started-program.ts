/** A real program of others (a load balancer, Prometheus) as a process of the test, and whether it is installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Where Debian puts daemons, which is not on everybody's PATH. */
const SEARCHED = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

export function isInstalled(program: string): boolean {
  // Some leave with an error after they told their version: whether they started is what counts.
  return spawnSync(program, ['-v'], { env: { PATH: SEARCHED }, timeout: 10_000 }).error === undefined;
}

/** Runs it in the foreground until it is stopped. */
export function startProgram(program: string, args: readonly string[]): StartedProgram {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: SEARCHED } });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-16_384);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  return {
    child,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

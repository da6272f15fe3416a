/** Runs the `sluice` command as a process to its end, and tells what it said. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));

/** Milliseconds until one that goes on is ended: starting takes one second, and several on a busy machine. */
const RUNNING_MS_MAX = 20_000;

export interface Ended {
  /** `null`: it did not end by itself. */
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

/** @param launcher Put before the command, such as to run it in a namespace. */
export function runSluice(args: readonly string[], launcher: readonly string[] = []): Promise<Ended> {
  const [command, ...before] = [...launcher, process.execPath];
  const env = { PATH: process.env['PATH'] ?? '', HOME: os.tmpdir(), NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(command, [...before, sluice, ...args], { env, timeout: RUNNING_MS_MAX }, (_, out, error) => {
      resolve({ exitCode: child.exitCode, out, error });
    });
  });
}

/** Starts a server that is expected to end by itself. */
export function startThatFails(dataDirectory: string, launcher: readonly string[] = []): Promise<Ended> {
  return runSluice(['server', '--listen', '127.0.0.1:0', '--data', dataDirectory], launcher);
}

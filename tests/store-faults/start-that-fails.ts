/** Starts a server that is expected to end by itself, and tells what it said. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));

/** Milliseconds until one that goes on is ended: starting takes one second, and several on a busy machine. */
const STARTING_MS_MAX = 20_000;

export interface FailedStart {
  /** `null`: it did not end by itself. */
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

/** @param launcher Put before the command, such as to run it in a namespace. */
export function startThatFails(dataDirectory: string, launcher: readonly string[] = []): Promise<FailedStart> {
  const [command = process.execPath, ...before] = [...launcher, process.execPath];
  const args = [...before, sluice, 'server', '--listen', '127.0.0.1:0', '--data', dataDirectory];
  const env = { PATH: process.env['PATH'] ?? '', HOME: os.tmpdir(), NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(command, args, { env, timeout: STARTING_MS_MAX }, (_failure, out, error) => {
      resolve({ exitCode: child.exitCode, out, error });
    });
  });
}

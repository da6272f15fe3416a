/** The `sluice` command as a process of its own, against a fleet under test. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN } from './fleet-under-test.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));

export interface Ended {
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  /** What it has written until now. */
  readonly out: () => string;
  readonly error: () => string;
  readonly interrupt: () => void;
  readonly signal: (signal: NodeJS.Signals) => void;
}

export function startSluice(url: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [sluice, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: os.tmpdir(),
      SLUICE_URL: url,
      SLUICE_TOKEN: ADMIN_TOKEN,
      ...env,
    },
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, out, error }));
  });
  return {
    ended,
    out: () => out,
    error: () => error,
    interrupt: () => child.kill('SIGINT'),
    signal: (signal) => child.kill(signal),
  };
}

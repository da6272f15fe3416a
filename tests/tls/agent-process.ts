/** `sluice agent` as a process of its own. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));

export interface AgentProcess {
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

export function startAgentProcess(configFile: string, flags: readonly string[] = []): AgentProcess {
  const child = spawn(process.execPath, [sluice, 'agent', '--config', configFile, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: os.tmpdir() },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-65_536);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  return {
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

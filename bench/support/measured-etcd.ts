/** An etcd for a benchmark, as it comes: every write waits for the disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApiCaller } from './api-caller.ts';
import { endOf, endWithUs, mustGoOn } from './children.ts';
import { freePort } from './free-port.ts';
import { cpuMsOf } from './process-figures.ts';

/** Milliseconds between two looks whether it serves, and looks at most. */
const LOOK_EVERY_MS = 50;
const LOOKS_MAX = 400;

export class MeasuredEtcd {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  cpuMs(): number | null {
    return cpuMsOf(this.processId);
  }

  async cpuOf(work: () => Promise<void>): Promise<number | null> {
    const before = this.cpuMs();
    await work();
    const after = this.cpuMs();
    return before === null || after === null ? null : after - before;
  }
}

/** What etcd says of its version; `null`: it is not installed. */
export function etcdVersion(): string | null {
  const { status, stdout } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '') : null;
}

/** Runs a benchmark against an etcd of its own, which ends with it. */
export async function withEtcd<Result>(work: (etcd: MeasuredEtcd) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-etcd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const addresses = {
    'data-dir': directory,
    logger: 'zap',
    'log-level': 'error',
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
  };
  const flags = Object.entries(addresses).map(([name, value]) => `--${name}=${value}`);
  const child = endWithUs(spawn('etcd', flags, { stdio: ['ignore', 'ignore', 'inherit'] }));
  mustGoOn(child, 'etcd');
  try {
    await ready(url);
    return await work(new MeasuredEtcd(url, child));
  } finally {
    await endOf(child, 'SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ready(url: string): Promise<void> {
  const caller = new ApiCaller(url);
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const status = await caller.call('/health').then(
      (answered) => answered.status,
      () => 0,
    );
    if (status === 200) {
      caller.close();
      return;
    }
    await setTimeout(LOOK_EVERY_MS);
  }
  throw new Error('etcd does not serve');
}

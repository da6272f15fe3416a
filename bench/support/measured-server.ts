/** A server process for a benchmark, whose CPU and memory are read from outside, and which can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { ApiCaller } from './api-caller.ts';
import { endOf, endWithUs, mustGoOn } from './children.ts';
import { freePort } from './free-port.ts';
import { FromProbe } from './from-probe.ts';
import { cpuMsOf } from './process-figures.ts';
import type { ToProbe } from './to-probe.ts';
import { ADMIN_TOKEN, JOIN_TOKEN } from './tokens.ts';

const sluice = fileURLToPath(new URL('../../../packages/cli/bin/sluice.js', import.meta.url));
const probe = new URL('server-probe.js', import.meta.url).href;
/** What is measured is what the server can do, not what it lets one token do; agents meet the limits of every server. */
const UNLIMITED_REQUESTS = { requestsPerSecond: 1_000_000, requestsBurst: 1_000_000, streamsPerToken: 1000 };
/** Milliseconds between two looks whether it serves, and for which it is waited. */
const LOOK_EVERY_MS = 5;
const READY_WITHIN_MS = 30_000;

const fromProbe = Compile(FromProbe);
export type Memory = Extract<FromProbe, { readonly kind: 'memory' }>;
export type Lag = Extract<FromProbe, { readonly kind: 'lag' }>;

export class MeasuredServer {
  readonly url: string;
  readonly #directory: string;
  readonly #databaseUrl: string | null;
  #child: ChildProcess;

  private constructor(url: string, directory: string, databaseUrl: string | null) {
    this.url = url;
    this.#directory = directory;
    this.#databaseUrl = databaseUrl;
    this.#child = this.#spawn();
  }

  /** @param databaseUrl Of a PostgreSQL database; `null`: SQLite in a directory of its own. */
  static async start(databaseUrl: string | null, limits: object = UNLIMITED_REQUESTS): Promise<MeasuredServer> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));
    writeFileSync(path.join(directory, 'server.yaml'), JSON.stringify({ limits }));
    const server = new MeasuredServer(`http://127.0.0.1:${await freePort()}`, directory, databaseUrl);
    await server.#ready();
    return server;
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  /** Milliseconds of CPU that the server has used; `null` where the system does not tell. */
  cpuMs(): number | null {
    return cpuMsOf(this.processId);
  }

  /** The CPU that something costs the server. */
  async cpuOf(work: () => Promise<void>): Promise<number | null> {
    const before = this.cpuMs();
    await work();
    const after = this.cpuMs();
    return before === null || after === null ? null : after - before;
  }

  /** Kills it as a power cut would, and starts it again. @returns Milliseconds from its start until it served. */
  async killAndStart(): Promise<number> {
    await endOf(this.#child, 'SIGKILL');
    const startedAt = performance.now();
    this.#child = this.#spawn();
    await this.#ready();
    return performance.now() - startedAt;
  }

  /** What is in use after a garbage collection. */
  async memory(): Promise<Memory> {
    const memory = this.#answer((message) => (message.kind === 'memory' ? message : null));
    this.#ask({ kind: 'memory' });
    return memory;
  }

  /** By how much the event loop is late while something is done. */
  async lagOf(work: () => Promise<void>): Promise<Lag> {
    this.#ask({ kind: 'watch-lag' });
    await work();
    const lag = this.#answer((message) => (message.kind === 'lag' ? message : null));
    this.#ask({ kind: 'lag' });
    return lag;
  }

  /** Writes where the CPU goes while something is done, as a `.cpuprofile`, where SLUICE_BENCH_PROFILES names a directory. */
  async profiled<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const directory = process.env['SLUICE_BENCH_PROFILES'];
    if (directory === undefined || directory === '') return work();
    this.#ask({ kind: 'profile' });
    const result = await work();
    const written = this.#answer((message) => (message.kind === 'profiled' ? message : null));
    this.#ask({ kind: 'write-profile', file: path.join(directory, `${name}.cpuprofile`) });
    await written;
    return result;
  }

  async stop(): Promise<void> {
    await endOf(this.#child, 'SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const log = openSync(path.join(this.#directory, 'log'), 'a');
    const flags = ['--config', path.join(this.#directory, 'server.yaml'), '--listen', new URL(this.url).host];
    const child = spawn(
      process.execPath,
      ['--import', probe, sluice, 'server', ...flags, '--data', path.join(this.#directory, 'data')],
      {
        env: {
          ...(this.#databaseUrl === null ? {} : { SLUICE_DATABASE_URL: this.#databaseUrl }),
          PATH: process.env['PATH'],
          SLUICE_ADMIN_TOKEN: ADMIN_TOKEN,
          SLUICE_JOIN_TOKEN: JOIN_TOKEN,
        },
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    closeSync(log);
    mustGoOn(child, 'The server', () => this.#log());
    return endWithUs(child);
  }

  async #ready(): Promise<void> {
    const caller = new ApiCaller(this.url);
    const startedAt = performance.now();
    for (;;) {
      const status = await caller.call('/readyz').then(
        (answered) => answered.status,
        () => 0,
      );
      if (status === 200) break;
      if (performance.now() - startedAt > READY_WITHIN_MS) throw new Error(`the server does not serve: ${this.#log()}`);
      await setTimeout(LOOK_EVERY_MS);
    }
    caller.close();
  }

  #log(): string {
    return readFileSync(path.join(this.#directory, 'log'), 'utf8').slice(-2000);
  }

  #ask(message: ToProbe): void {
    this.#child.send(message);
  }

  #answer<Message>(pick: (message: FromProbe) => Message | null): Promise<Message> {
    const child = this.#child;
    return new Promise((resolve) => {
      const take = (message: unknown) => {
        const picked = fromProbe.Check(message) ? pick(message) : null;
        if (picked === null) return;
        child.off('message', take);
        resolve(picked);
      };
      child.on('message', take);
    });
  }
}

/** Runs a benchmark against a server of its own, which ends with it. */
export async function withServer<Result>(
  work: (server: MeasuredServer) => Promise<Result>,
  databaseUrl: string | null = null,
  limits?: object,
): Promise<Result> {
  const server = await MeasuredServer.start(databaseUrl, limits);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

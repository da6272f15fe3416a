/** `sluice demo`: a whole fleet in one command, and nothing of it is left when it ends, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { freePort } from './fleet-under-test.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

class Demo {
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor(port: number) {
    this.port = port;
    this.child = spawn(process.execPath, [sluice, 'demo', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: os.tmpdir() },
    });
    started.push(this.child);
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => {
      this.child.on('close', resolve);
    });
  }

  running(): Promise<true> {
    return waitFor('the demo to run', () => this.output.includes('Ctrl-C ends everything') && (true as const), {
      withinMs: 30_000,
      seen: () => this.output,
    });
  }

  get token(): string {
    return /slc_[\w-]+/u.exec(this.output)?.[0] ?? '';
  }

  /** The directory in which everything of this demo is. */
  get directory(): string {
    return path.dirname(/Logs +(\S+)/u.exec(this.output)?.[1] ?? '');
  }

  async ask(
    method: string,
    route: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${route}`, {
      method,
      headers: { authorization: this.token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: await answer.json() };
  }

  /** Processes whose command line or environment names the demo's directory: server, agents and game servers. */
  async processes(): Promise<readonly string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid);
    const found = await Promise.all(
      pids.map(async (pid) => {
        const texts = await Promise.all(
          ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
        );
        return texts.some((text) => text.includes(this.directory)) ? [pid] : [];
      }),
    );
    return found.flat();
  }
}

test(
  'runs a fleet that drains, says when its port is taken, and leaves nothing behind after Ctrl-C',
  { timeout: 90_000 },
  async () => {
    const demo = new Demo(await freePort());
    await demo.running();
    expect(demo.output).toContain(`http://127.0.0.1:${demo.port}/docs`);
    expect(demo.output).toContain('npx sluice nodes drain lobby-1');
    for (const id of ['arena-1', 'arena-2', 'lobby-1'])
      expect(demo.output, 'its sessions are counted, and there is no remark').toMatch(
        new RegExp(`^${id} +● active +\\d+ `, 'mu'),
      );
    expect(demo.output).not.toContain('REMARK');
    expect((await demo.ask('GET', '/api/v1/nodes?status=active')).json).toMatchObject({
      items: [{ id: 'arena-1' }, { id: 'arena-2' }, { id: 'lobby-1' }],
    });
    expect((await demo.processes()).length).toBeGreaterThanOrEqual(7);
    const [link = '', code = ''] = /^Dashboard +(\S+#code=(\S+))$/mu.exec(demo.output)?.slice(1) ?? [];
    expect(await (await fetch(link, { headers: { accept: 'text/html' } })).text()).toContain('<div id="dashboard">');
    expect(await demo.ask('POST', '/auth/link', { code })).toMatchObject({ status: 200, json: { role: 'admin' } });
    expect(await demo.ask('POST', '/auth/link', { code })).toMatchObject({ status: 400 });

    expect((await demo.ask('POST', '/api/v1/nodes/lobby-1/drain', { timeout: 2 })).status).toBe(200);
    await waitFor(
      'lobby-1 to be drained',
      async () => JSON.stringify((await demo.ask('GET', '/api/v1/nodes?status=drained')).json).includes('lobby-1'),
      { withinMs: 60_000 },
    );

    const second = new Demo(demo.port);
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(/in use/u);
    expect(second.output).toContain('--port');

    const { directory } = demo;
    demo.child.kill('SIGINT');
    await demo.ended;
    expect(await demo.processes()).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  },
);

test('a demo that is killed takes everything with it', { timeout: 60_000 }, async () => {
  const demo = new Demo(await freePort());
  await demo.running();
  demo.child.kill('SIGKILL');
  await demo.ended;
  await waitFor('every process to end', async () => (await demo.processes()).length === 0, {
    seen: () => demo.directory,
  });
  expect(await demo.processes()).toEqual([]);
  // Nobody was left to remove it.
  await rm(demo.directory, { recursive: true, force: true });
});

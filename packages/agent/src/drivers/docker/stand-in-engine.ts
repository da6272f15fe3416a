/** For the tests: plays a container engine with one container, a real process, over a real Unix socket, as the Engine API is documented (v1.44). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const NAME = 'chess-1';
const NEVER = '0001-01-01T00:00:00Z';

/** What the engine does instead of answering properly. */
export type Malice = 'none' | 'broken-json' | 'silence' | 'cut' | 'other-shape' | 'endless';

export class StandInEngine {
  readonly socket: string;
  readonly #server: Server;
  /** Source of the container's program; `null`: there is no such container. */
  source: string | null;
  id = 'a'.repeat(64);
  hasTerminal = false;
  isOutOfMemory = false;
  /** As `--restart always`. */
  restartsByItself = false;
  /** As HEALTHCHECK says; `null`: the image has none. */
  health: { readonly Status: string; readonly Log?: readonly object[] } | null = null;
  isPaused = false;
  malice: Malice = 'none';
  /** Stops are heard and never done, as of a process stuck in the kernel. */
  neverStops = false;
  apiVersion = '1.52';
  apiVersionMin = '1.44';
  readonly asked: string[] = [];
  #child: ChildProcess | null = null;
  #startedAt = NEVER;
  #exitCode = 0;
  #isRestarting = false;
  #isStopping = false;
  #log: { readonly stream: 1 | 2; readonly bytes: Buffer }[] = [];

  private constructor(socket: string, source: string | null) {
    this.socket = socket;
    this.source = source;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(socket: string, source: string | null): Promise<StandInEngine> {
    const engine = new StandInEngine(socket, source);
    await engine.listen();
    return engine;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.socket);
    await once(this.#server, 'listening');
  }

  /** The engine ends, its container goes on (`live-restore`). */
  async unlisten(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async close(): Promise<void> {
    this.restartsByItself = false;
    const child = this.#child;
    if (child !== null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await this.unlisten();
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Somebody else runs `docker restart`. */
  async restartByHand(): Promise<void> {
    await this.#stop(0);
    this.#start();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://docker');
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    response.setHeader('Api-Version', this.apiVersion);
    if (url.pathname === '/_ping') {
      response.end('OK');
      return;
    }
    const [, version = '', id = '', verb = ''] =
      /^\/v1\.(\d+)\/containers\/([^/]+)\/([a-z]+)$/u.exec(url.pathname) ?? [];
    if (Number(version) < Number(this.apiVersionMin.slice(2)))
      this.#refuse(
        response,
        400,
        `client version 1.${version} is too old. Minimum supported API version is ${this.apiVersionMin}, please upgrade your client to a newer version`,
      );
    else if (this.source === null || (id !== NAME && id !== this.id))
      this.#refuse(response, 404, `No such container: ${id}`);
    else if (this.malice !== 'none') await this.#misbehave(response);
    else await this.#act(`${request.method} ${verb}`, url.searchParams, response);
  }

  async #act(what: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    switch (what) {
      case 'GET json':
        this.#json(response, this.#inspected());
        return;
      case 'GET logs':
        this.#sendLog(Number(query.get('tail')), response);
        return;
      case 'POST start':
        response.statusCode = this.#child === null ? 204 : 304;
        this.#start();
        break;
      case 'POST stop':
        response.statusCode = this.#child === null ? 304 : 204;
        await this.#stop(Number(query.get('t')) * 1000);
        break;
      case 'POST kill': {
        const signal = query.get('signal') ?? 'SIGKILL';
        if (this.#child === null) {
          this.#refuse(response, 409, `cannot kill container: ${NAME}: container ${this.id} is not running`);
          return;
        }
        if (signal === 'SIGKILL') this.neverStops = false;
        this.#isStopping = signal === 'SIGKILL';
        const child = this.#child;
        process.kill(child.pid ?? 0, signal);
        if (signal === 'SIGKILL') await once(child, 'close');
        response.statusCode = 204;
        break;
      }
      default:
        this.#refuse(response, 404, 'page not found');
        return;
    }
    response.end();
  }

  #inspected(): object {
    const isUp = this.#child !== null;
    return {
      Id: this.id,
      Name: `/${NAME}`,
      RestartCount: 0,
      State: {
        Status: this.#isRestarting
          ? 'restarting'
          : isUp
            ? this.isPaused
              ? 'paused'
              : 'running'
            : this.#startedAt === NEVER
              ? 'created'
              : 'exited',
        // The engine has one that it restarts as running, though no process is there.
        Running: isUp || this.#isRestarting,
        Paused: this.isPaused,
        Restarting: this.#isRestarting,
        OOMKilled: this.isOutOfMemory && !isUp,
        Dead: false,
        Pid: this.pid,
        ExitCode: this.#exitCode,
        Error: '',
        StartedAt: this.#startedAt,
        FinishedAt: NEVER,
        ...(this.health === null ? {} : { Health: { FailingStreak: 0, Log: [], ...this.health } }),
      },
      Config: { Tty: this.hasTerminal, Image: 'chess' },
    };
  }

  #start(): void {
    this.#isRestarting = false;
    if (this.#child !== null) return;
    const child = spawn(process.execPath, ['-e', this.source ?? ''], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (bytes: Buffer) => this.#log.push({ stream: 1, bytes }));
    child.stderr.on('data', (bytes: Buffer) => this.#log.push({ stream: 2, bytes }));
    child.once('close', (code) => {
      this.#child = null;
      this.#exitCode = code ?? 137;
      if (!this.restartsByItself || this.#isStopping) return;
      this.#isRestarting = true;
      setTimeout(() => (this.#isRestarting ? this.#start() : null), 300);
    });
    this.#child = child;
    this.#isStopping = false;
    this.#startedAt = new Date().toISOString().replace('Z', '123456Z');
  }

  async #stop(graceMs: number): Promise<void> {
    const child = this.#child;
    this.#isRestarting = false;
    this.#isStopping = true;
    if (child === null) return;
    if (this.neverStops) await sleep(60_000, undefined, { ref: false });
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await once(child, 'close');
    clearTimeout(timer);
  }

  #sendLog(lines: number, response: ServerResponse): void {
    const last = this.#log.slice(-lines);
    response.setHeader(
      'Content-Type',
      this.hasTerminal ? 'application/vnd.docker.raw-stream' : 'application/vnd.docker.multiplexed-stream',
    );
    for (const { stream, bytes } of last) {
      const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
      header.writeUInt32BE(bytes.length, 4);
      response.write(this.hasTerminal ? bytes : Buffer.concat([header, bytes]));
    }
    response.end();
  }

  async #misbehave(response: ServerResponse): Promise<void> {
    switch (this.malice) {
      case 'broken-json':
        response.end('{"Id": "a');
        return;
      case 'other-shape':
        this.#json(response, { Id: this.id, State: 'running' });
        return;
      case 'cut':
        response.setHeader('Content-Length', '100000');
        response.write('{"Id":');
        await sleep(20);
        response.destroy();
        return;
      case 'endless':
        for (let sent = 0; sent < 80 && !response.destroyed; sent += 1) {
          response.write(' '.repeat(64 * 1024));
          await sleep(1);
        }
        response.end();
        return;
      case 'silence':
      case 'none':
    }
  }

  #json(response: ServerResponse, value: unknown): void {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(value));
  }

  #refuse(response: ServerResponse, status: number, message: string): void {
    response.statusCode = status;
    this.#json(response, { message });
  }
}

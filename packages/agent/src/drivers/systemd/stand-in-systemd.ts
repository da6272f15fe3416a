/** For the tests: plays systemd for one unit, with a real process, as far as `systemctl` and `journalctl` tell of it; both are put into a directory for PATH. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';

/** What the two commands print, and exit with. */
interface Reply {
  readonly code: number;
  readonly text: string;
}

const DONE: Reply = { code: 0, text: '' };
const UNIT = 'chess.service';
/** As DefaultStartLimitBurst; the interval is taken to be endless here. */
const STARTS_MAX = 5;

/** Hands its arguments to the stand-in, and prints what that says: on stdout when all is well, as systemctl does, else on stderr. */
const CLIENT = (socket: string) => `#!${process.execPath}
const connection = require('node:net').connect(${JSON.stringify(socket)});
let text = '';
connection.on('data', (chunk) => { text += chunk; });
connection.on('end', () => {
  const reply = JSON.parse(text);
  process[reply.code === 0 ? 'stdout' : 'stderr'].write(reply.text);
  process.exitCode = reply.code;
});
connection.write(JSON.stringify([require('node:path').basename(process.argv[1]), ...process.argv.slice(2)]) + '\\n');
`;

export class StandInSystemd {
  readonly directory: string;
  readonly #server: Server;
  /** Source of the unit's program; `null`: there is no such unit. */
  source: string | null;
  restartsByItself = false;
  /** Answers everything that changes something as polkit has it for a user who may not. */
  refusesChanges = false;
  /** Answers nothing, as where systemd is not reachable. */
  isUnreachable = false;
  #child: ChildProcess | null = null;
  #active = 'inactive';
  #sub = 'dead';
  #result = 'success';
  #invocationId = '';
  #mainPid = 0;
  #exit = { code: 0, status: 0 };
  #isStopping = false;
  #starts = 0;
  #journal = '';
  readonly asked: string[] = [];

  private constructor(directory: string, source: string | null) {
    this.directory = directory;
    this.source = source;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.setEncoding('utf8');
      socket.on('error', () => socket.destroy());
      socket.once('data', (line: string) => {
        this.#answer(line, socket).catch(() => socket.destroy());
      });
    });
  }

  static async start(directory: string, source: string | null): Promise<StandInSystemd> {
    const systemd = new StandInSystemd(path.join(directory, 'bin'), source);
    const socket = path.join(directory, 'systemd.sock');
    await mkdir(systemd.directory);
    for (const name of ['systemctl', 'journalctl']) {
      const file = path.join(systemd.directory, name);
      await writeFile(file, CLIENT(socket));
      await chmod(file, 0o700);
    }
    systemd.#server.listen(socket);
    await once(systemd.#server, 'listening');
    return systemd;
  }

  async close(): Promise<void> {
    this.restartsByItself = false;
    await this.#kill('SIGKILL');
    this.#server.close();
  }

  /** Somebody else runs `systemctl VERB`. */
  byHand(verb: 'start' | 'stop' | 'restart'): Promise<Reply> {
    return this.#systemctl([verb, '--', UNIT]);
  }

  get mainPid(): number {
    return this.#mainPid;
  }

  async #answer(line: string, socket: Socket): Promise<void> {
    const [program, ...args] = line.trim().slice(2, -2).split('","');
    const reply = program === 'journalctl' ? this.#journalctl(args) : await this.#systemctl(args);
    socket.end(JSON.stringify(reply));
  }

  #journalctl(args: readonly string[]): Reply {
    if (!args.includes(`--unit=${UNIT}`) || !args.includes('--output=cat'))
      return { code: 1, text: 'unknown arguments' };
    const lines = Number(args.find((each) => each.startsWith('--lines='))?.slice('--lines='.length));
    return {
      code: 0,
      text: this.#journal
        .split('\n')
        .slice(-lines - 1)
        .join('\n'),
    };
  }

  async #systemctl(all: readonly string[]): Promise<Reply> {
    if (this.isUnreachable)
      return { code: 1, text: "System has not been booted with systemd as init system (PID 1). Can't operate.\n" };
    const args = all.filter((each) => each !== '--no-pager' && each !== '--no-ask-password');
    const verb = args[0] ?? '';
    this.asked.push(args.slice(0, args.indexOf('--')).join(' '));
    if (args.at(-2) !== '--' || args.at(-1) !== UNIT) return { code: 1, text: `Unit ${args.at(-1)} not loaded.\n` };
    if (verb === 'show') return { code: 0, text: this.#show(args[1] ?? '') };
    if (this.source === null) return { code: 5, text: `Failed to ${verb} ${UNIT}: Unit ${UNIT} not found.\n` };
    if (this.refusesChanges)
      return { code: 4, text: `Failed to ${verb} ${UNIT}: Interactive authentication required.\n` };
    switch (verb) {
      case 'start':
        return this.#start();
      case 'stop':
        return this.#stop(args.includes('--no-block'));
      case 'restart':
        await this.#stop(false);
        return this.#start();
      case 'reset-failed':
        this.#starts = 0;
        if (this.#active === 'failed') this.#become('inactive', 'dead');
        return DONE;
      case 'kill': {
        const name = args.find((each) => each.startsWith('--signal='))?.slice('--signal='.length);
        if (this.#child === null) return { code: 1, text: `Failed to kill unit ${UNIT}: No main process to kill\n` };
        process.kill(this.#mainPid, name);
        return DONE;
      }
      default:
        return { code: 1, text: `Unknown command verb ${verb}.\n` };
    }
  }

  #show(asked: string): string {
    const properties = new Map([
      ['LoadState', this.source === null ? 'not-found' : 'loaded'],
      ['ActiveState', this.#active],
      ['SubState', this.#sub],
      ['Result', this.#result],
      ['MainPID', String(this.#mainPid)],
      ['InvocationID', this.#invocationId],
      ['ExecMainCode', String(this.#exit.code)],
      ['ExecMainStatus', String(this.#exit.status)],
    ]);
    const names = asked.replace('--property=', '').split(',');
    // In an order of its own, as systemctl has it.
    return names
      .toSorted()
      .map((name) => `${name}=${properties.get(name) ?? ''}\n`)
      .join('');
  }

  #start(): Reply {
    if (this.#child !== null) return DONE;
    this.#starts += 1;
    if (this.#starts > STARTS_MAX) {
      this.#result = 'start-limit-hit';
      this.#become('failed', 'failed');
      return { code: 1, text: `Job for ${UNIT} failed.\nSee "systemctl status ${UNIT}" for details.\n` };
    }
    const child = spawn(process.execPath, ['-e', this.source ?? ''], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#journal += chunk.toString('utf8');
      });
    child.once('close', (code, signal) => this.#ended(code, signal));
    this.#child = child;
    this.#mainPid = child.pid ?? 0;
    this.#invocationId = randomUUID().replaceAll('-', '');
    this.#result = 'success';
    this.#journal += `Started ${UNIT}.\n`;
    this.#become('active', 'running');
    return DONE;
  }

  async #stop(isUnwaited: boolean): Promise<Reply> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === null) {
      if (this.#sub === 'auto-restart') this.#become('inactive', 'dead');
      return DONE;
    }
    if (this.#active !== 'deactivating') {
      this.#become('deactivating', 'stop-sigterm');
      child.kill('SIGTERM');
    }
    if (!isUnwaited) await once(child, 'close');
    return DONE;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    const wasStopped = this.#isStopping;
    this.#isStopping = false;
    this.#child = null;
    this.#mainPid = 0;
    this.#exit = signal === null ? { code: 1, status: code ?? 0 } : { code: 2, status: signal === 'SIGKILL' ? 9 : 15 };
    this.#result =
      signal === null ? (code === 0 ? 'success' : 'exit-code') : signal === 'SIGTERM' ? 'success' : 'signal';
    this.#journal += `${UNIT}: Main process exited, code=${signal === null ? 'exited' : 'killed'}, status=${this.#exit.status}\n`;
    if (this.restartsByItself && !wasStopped) {
      this.#become('activating', 'auto-restart');
      // As RestartSec=.
      setTimeout(() => (this.#sub === 'auto-restart' ? this.#start() : null), 400);
    } else if (this.#result === 'success') this.#become('inactive', 'dead');
    else this.#become('failed', 'failed');
  }

  #become(active: string, sub: string): void {
    this.#active = active;
    this.#sub = sub;
  }

  async #kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill(signal);
    await once(child, 'close');
  }
}

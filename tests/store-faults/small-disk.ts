/** A small disk of its own, which a test can fill and set read-only: a tmpfs in a mount namespace that only its processes see. Needs no root. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rmdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../wait-for.ts';

const execute = promisify(execFile);

/** Milliseconds for mounting, which takes a few. */
const COMMAND_MS_MAX = 10_000;

const isRoot = process.getuid?.() === 0;

export class SmallDisk {
  /** Where processes that are started with `launcher` see it. */
  readonly directory: string;
  readonly #holder: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #pid: number;

  private constructor(directory: string, holder: ChildProcess, pid: number) {
    this.directory = directory;
    this.#holder = holder;
    this.#ended = once(holder, 'close');
    this.#pid = pid;
  }

  /** @returns Why there can be none on this machine; `null`: there can. */
  static async whyNot(): Promise<string | null> {
    try {
      const disk = await SmallDisk.make(65_536);
      await disk.destroy();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message.slice(0, 300) : String(error);
    }
  }

  static async make(bytes: number): Promise<SmallDisk> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-disk-'));
    // `cat` keeps the namespace alive and ends with this process, whose end closes its input.
    const ownUser = isRoot ? [] : ['--map-root-user'];
    const holder = spawn('unshare', ['--mount', ...ownUser, 'cat'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaint = '';
    holder.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    holder.on('error', (error) => {
      complaint += error.message;
    });
    holder.stdin.on('error', () => undefined);
    const echoed = once(holder.stdout, 'data');
    const failed = once(holder, 'close').then(() => Promise.reject(new Error(`unshare: ${complaint}`)));
    failed.catch(() => undefined);
    holder.stdin.write('?');
    try {
      // `cat` answers: from now on its process is in the namespace.
      await Promise.race([echoed, failed]);
      if (holder.pid === undefined) throw new Error('unshare did not start');
      const disk = new SmallDisk(directory, holder, holder.pid);
      await disk.#mount(['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', directory]);
      return disk;
    } catch (error) {
      holder.kill('SIGKILL');
      await rmdir(directory);
      throw error;
    }
  }

  /** What is put before a command so that it sees the disk. */
  get launcher(): readonly string[] {
    const ownUser = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['nsenter', '--target', String(this.#pid), ...ownUser, '--mount', '--'];
  }

  /** The path by which a process outside sees a file of the disk. */
  fromOutside(name: string): string {
    return path.join(`/proc/${this.#pid}/root`, this.directory, name);
  }

  /** Refused by the system while a process has a file on it open for writing. */
  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await this.#mount(['-o', `remount,bind,${isReadOnly ? 'ro' : 'rw'}`, this.directory]);
  }

  async destroy(): Promise<void> {
    this.#holder.kill('SIGKILL');
    await this.#ended;
    await waitFor('the namespace to be gone', () =>
      access(`/proc/${this.#pid}/root/`).then(
        () => false,
        () => true,
      ),
    );
    await rmdir(this.directory);
  }

  async #mount(args: readonly string[]): Promise<void> {
    const [command = '', ...before] = this.launcher;
    await execute(command, [...before, 'mount', ...args], { timeout: COMMAND_MS_MAX });
  }
}

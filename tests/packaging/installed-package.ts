/** The package as npm makes it, installed as somebody does who has no checkout: into a prefix of its own. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const workspace = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds for the question whether the registry answers. */
const REGISTRY_WITHIN_MS = 20_000;

/** Whether npm's registry answers here. */
export function isRegistryReachable(): boolean {
  const asked = spawnSync('npm', ['view', `better-sqlite3@${manifest.dependencies['better-sqlite3']}`, 'version'], {
    timeout: REGISTRY_WITHIN_MS,
    encoding: 'utf8',
  });
  return asked.status === 0 && asked.stdout.trim() !== '';
}

export class InstalledPackage {
  readonly tarball: string;
  /** Where nothing of the checkout is: what is installed here runs by itself. */
  readonly directory: string;

  private constructor(directory: string, tarball: string) {
    this.directory = directory;
    this.tarball = tarball;
  }

  /** `npm pack`, and nothing more. */
  static async pack(): Promise<InstalledPackage> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-package-'));
    await run('npm', ['pack', '--pack-destination', directory], { cwd: workspace });
    return new InstalledPackage(directory, path.join(directory, `sluice-${manifest.version}.tgz`));
  }

  /** `npm install -g`, with all its scripts. */
  async install(): Promise<void> {
    await run('npm', ['install', '--global', '--prefix', this.#prefix, '--no-audit', '--no-fund', this.tarball], {
      cwd: this.directory,
      env: { ...process.env, npm_config_better_sqlite3_local_prebuilds: await this.#prebuilt() },
    });
  }

  get command(): string {
    return path.join(this.#prefix, 'bin', 'sluice');
  }

  /** The folder of the package. */
  get folder(): string {
    return path.join(this.#prefix, 'lib', 'node_modules', 'sluice');
  }

  get #prefix(): string {
    return path.join(this.directory, 'prefix');
  }

  /** The paths of its files, from the package's folder. */
  async files(): Promise<readonly string[]> {
    const { stdout } = await run('tar', ['-tzf', this.tarball]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^package\//u, ''));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /**
   * The checkout's own build of the native module, as its installer finds it before it asks GitHub: this machine may not reach
   * that, and to compile SQLite again takes minutes.
   */
  async #prebuilt(): Promise<string> {
    const folder = path.join(this.directory, 'prebuilt');
    await mkdir(folder, { recursive: true });
    const { platform, arch, versions } = process;
    const name = `better-sqlite3-v${manifest.dependencies['better-sqlite3']}-node-v${versions.modules}-${platform}-${arch}.tar.gz`;
    await run('tar', ['-czf', path.join(folder, name), 'build/Release/better_sqlite3.node'], {
      cwd: path.join(workspace, 'node_modules', 'better-sqlite3'),
    });
    return folder;
  }
}

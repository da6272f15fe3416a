/** A real shell on a terminal of its own, with `sluice completion` loaded: keys go in, and what Enter runs is told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../wait-for.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
const PROMPT = 'ready> ';

/** How each is started without anybody's settings, and told to complete. */
const SHELLS = {
  bash: {
    command: 'bash --norc --noprofile -i',
    begin: [`PS1='${PROMPT}'`, 'source <(sluice completion bash)'],
  },
  zsh: {
    command: 'zsh -f -i',
    begin: [`PS1='${PROMPT}'`, 'autoload -U compinit', 'compinit -u', 'source <(sluice completion zsh)'],
  },
  fish: {
    command: 'fish --no-config -i',
    begin: [`function fish_prompt; printf '${PROMPT}'; end`, 'sluice completion fish | source'],
  },
} as const;
export type ShellName = keyof typeof SHELLS;

export class ShellUnderTest {
  readonly directory: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(directory: string, child: ChildProcess) {
    this.directory = directory;
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** @param env Where the server is, and the token. */
  static async start(name: ShellName, env: Readonly<Record<string, string>>): Promise<ShellUnderTest> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-shell-'));
    const bin = path.join(directory, 'bin');
    await mkdir(bin);
    const file = path.join(bin, 'sluice');
    // What is run is written down, an argument a line, and whole files only: whoever reads it sees all of it.
    await writeFile(
      file,
      `#!/bin/sh
case "$1" in __complete|completion) exec '${process.execPath}' '${sluice}' "$@" ;; esac
printf '%s\\n' "$@" > "$RUN_FILE.new"
mv "$RUN_FILE.new" "$RUN_FILE"
`,
    );
    await chmod(file, 0o755);
    const { command, begin } = SHELLS[name];
    const child = spawn('script', ['-qec', `stty cols 200; exec ${command}`, '/dev/null'], {
      cwd: directory,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
        HOME: directory,
        TERM: 'dumb',
        LC_ALL: 'C.UTF-8',
        HISTFILE: '/dev/null',
        RUN_FILE: path.join(directory, 'run'),
        ...env,
      },
    });
    const shell = new ShellUnderTest(directory, child);
    for (const line of begin) shell.type(`${line}\n`);
    await shell.run('sluice started-and-loaded');
    return shell;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Types a line, with a TAB wherever it is to be completed, and gives the arguments with which `sluice` was run. */
  async run(line: string): Promise<readonly string[]> {
    const file = path.join(this.directory, 'run');
    await rm(file, { force: true });
    this.type(`${line}\n`);
    const text = await waitFor(`the shell to run '${line}'`, () => readFile(file, 'utf8').catch(() => undefined), {
      withinMs: 30_000,
      seen: () => this.#output.slice(-2000),
    });
    return text.split('\n').slice(0, -1);
  }

  output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    // The shell itself ends when its terminal is gone, and may write what it likes until then.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }
}

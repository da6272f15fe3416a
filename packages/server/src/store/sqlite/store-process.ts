/** Starts `committing-process.mjs` for a test and listens to what it says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./committing-process.mjs', import.meta.url));

/** Milliseconds until a process that says nothing is given up: starting takes one second, and many on a busy machine. */
const SILENCE_MS_MAX = 30_000;

export interface StoreProcess {
  /** Resolves when the process has said so many lines, with all that it has said. Throws when it ends or stays silent before. */
  hasSaid(lineCount: number): Promise<readonly string[]>;
  /** Ends it with SIGKILL and resolves when it is gone, with every line it ever said. */
  kill(): Promise<readonly string[]>;
}

export function startStoreProcess(mode: 'hold' | 'commit', directory: string): StoreProcess {
  const child = spawn(process.execPath, [SCRIPT, mode, directory], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const lines: string[] = [];
  const said = createInterface({ input: child.stdout });
  said.on('line', (line) => lines.push(line));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  return {
    async hasSaid(lineCount) {
      const deadline = AbortSignal.timeout(SILENCE_MS_MAX);
      while (lines.length < lineCount) {
        try {
          await Promise.race([
            once(said, 'line', { signal: deadline }),
            ended.then(() => Promise.reject(new Error('it ended'))),
          ]);
        } catch (error) {
          const last = `it said ${lines.length} of ${lineCount} lines, the last '${lines.at(-1) ?? ''}', and complained '${complaints}'`;
          throw new Error(`waiting for the store process: ${last}`, { cause: error });
        }
      }
      return lines;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      return lines;
    },
  };
}

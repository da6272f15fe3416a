/** Runs the command that makes a balancer read its file: an argument array, never a shell, for a limited time. */
import { execFile } from 'node:child_process';

/** Milliseconds; a reload takes well under a second, a check of a large configuration a few. */
const RELOAD_WITHIN_MS = 30_000;
/** Bytes of output; a command that says more is stopped. */
const OUTPUT_BYTES_MAX = 1_048_576;
/** Characters of the output that are told. */
const TOLD_LENGTH_MAX = 1000;

export interface Reload {
  /** The program and its arguments; not empty. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What went wrong, as a sentence; `null`: it was done. */
export function runReload({ command, environment, signal }: Reload): Promise<string | null> {
  const [program = '', ...args] = command;
  // What opens the server is no business of a balancer.
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SLUICE_')));
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env, signal, timeout: RELOAD_WITHIN_MS, killSignal: 'SIGKILL', maxBuffer: OUTPUT_BYTES_MAX },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(null);
          return;
        }
        const words = `${stdout}${stderr}`.trim().slice(-TOLD_LENGTH_MAX);
        resolve(`${program} ${whyNot(error)}${words === '' ? '' : `: ${words}`}`);
      },
    );
  });
}

function whyNot({ code, killed, message }: Error & { readonly code?: unknown; readonly killed?: boolean }): string {
  if (code === 'ENOENT') return 'was not found on the PATH';
  if (code === 'ABORT_ERR') return 'was interrupted';
  if (typeof code === 'number') return `exited with code ${code}`;
  if (killed === true) return `did not end within ${RELOAD_WITHIN_MS} ms and was stopped`;
  return `failed (${message.split('\n')[0] ?? ''})`;
}

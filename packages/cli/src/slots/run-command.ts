/** Runs a command in the place of this one: with its streams, its signals, its exit code; without a shell. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { errorCode } from '../error-code.ts';

/** As shells have them: a command that is not there, and one that may not be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** Added to the number of the signal that ended a command. */
const SIGNALLED = 128;

/** What ends a program, or tells it something; all of it is the command's. */
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;
/** What the keys of a terminal send to everything that runs on it, the command included. */
const OF_KEYS: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT']);

export type Ran =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'not-started'; readonly exitCode: number; readonly why: string };

/** @param isOnTerminal Whether keys reach the command by themselves; what it gets twice would count twice. */
export function runInForeground(
  [program, ...args]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  isOnTerminal: boolean,
): Promise<Ran> {
  if (program === undefined) throw new Error('running a command: there is none');
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', env: environment });
    const passOn = (signal: NodeJS.Signals) => {
      if (!(isOnTerminal && OF_KEYS.has(signal))) child.kill(signal);
    };
    for (const signal of PASSED_ON) process.on(signal, passOn);
    const end = (ran: Ran) => {
      for (const signal of PASSED_ON) process.off(signal, passOn);
      resolve(ran);
    };
    child.once('error', (error) => {
      // One that runs and cannot be signalled still ends by itself.
      if (child.pid !== undefined) return;
      const code = errorCode(error);
      const isThere = code !== 'ENOENT';
      const why = isThere ? `cannot be run (${code ?? error.message})` : 'is not there';
      end({ kind: 'not-started', exitCode: isThere ? NOT_EXECUTABLE : NOT_FOUND, why });
    });
    child.once('exit', (code, signal) =>
      end({ kind: 'ended', exitCode: code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]) }),
    );
  });
}

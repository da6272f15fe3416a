/** The process behind `sluice`: its streams, its signals, its exit code. Runs when imported. */
import { homedir } from 'node:os';
import { exitCodes } from './exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';

const interruption = new AbortController();
let isInterruptible = true;

function interrupt(): void {
  if (!isInterruptible) return;
  // The second Ctrl-C does not wait for anything.
  if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
  interruption.abort();
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('SIGHUP', interrupt);
// A child of `sluice demo` must not outlive it, even when that is killed.
if (process.send !== undefined) {
  process.once('disconnect', interrupt);
  process.channel?.unref();
}
// A reader that has seen enough (`sluice nodes list | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw new Error('writing the answer', { cause: error });
  process.exit(exitCodes.done);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  homeDirectory: homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interruption.signal,
  withoutInterrupts: async (act) => {
    isInterruptible = false;
    try {
      return await act();
    } finally {
      isInterruptible = true;
    }
  },
});

/** The processes that a benchmark started: none of them outlives it, however it ends. */
import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();
/** Those whose end was asked for. */
const asked = new WeakSet<ChildProcess>();

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

/** The child is killed when this process ends, if it has not ended before. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/**
 * The benchmark ends with an error when the child ends unasked: whoever waits for something of it would wait until the deadline.
 * @param whatItSaid Its last words.
 */
export function mustGoOn(child: ChildProcess, name: string, whatItSaid: () => string = () => ''): void {
  child.once('exit', (exitCode, signal) => {
    if (asked.has(child)) return;
    console.error(`${name} ended by itself (${signal ?? exitCode}). ${whatItSaid()}`);
    process.exit(1);
  });
}

/** Resolves when the child has ended; sends it the signal before. */
export async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  asked.add(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill(signal);
  await ended;
}

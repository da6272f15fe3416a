/** One child process of the demo: this same `sluice`, in a group of its own, writing to a log file. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { programFile } from '../install/own-files.ts';
import type { Terminal } from '../terminal.ts';

/** Milliseconds between asking a child to end and ending it: its workload has 5 s of grace in this. */
const STOP_GRACE_MS = 10_000;
/** Lines of its log that tell why a child ended. */
const LAST_LINES = 5;

interface DemoProcessOptions {
  readonly name: string;
  readonly argumentsGiven: readonly string[];
  readonly environment: Terminal['environment'];
  readonly logFile: string;
}

export interface DemoProcess {
  readonly name: string;
  readonly startedAt: number;
  /** Resolves with one sentence when it has ended, whoever wanted it. */
  readonly ended: Promise<string>;
  /** Asks it to end (SIGTERM), and ends it (SIGKILL) when it does not. */
  stop(): Promise<void>;
  lastLines(): Promise<string>;
  /** The same once more, after it has ended. */
  startAgain(): DemoProcess;
}

export function startDemoProcess(options: DemoProcessOptions): DemoProcess {
  const { name, logFile } = options;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [programFile(), ...options.argumentsGiven], {
    // The channel ends with this process however it ends, and then the child stops itself (see main.ts).
    stdio: ['ignore', log, log, 'ipc'],
    env: options.environment,
    // Ctrl-C in the terminal reaches the demo alone, which ends its children in the right order.
    detached: true,
  });
  closeSync(log);
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    const over = (sentence: string) => {
      isOver = true;
      resolve(sentence);
    };
    child.once('error', (error) => over(`${name} could not be started: ${error.message}.`));
    child.once('exit', (code, signal) => over(`${name} ended with ${signal ?? `exit code ${code}`}.`));
  });
  return {
    name,
    startedAt: Date.now(),
    ended,
    async stop() {
      if (isOver) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
    async lastLines() {
      const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
      return lines.slice(-LAST_LINES).join('\n');
    },
    startAgain: () => startDemoProcess(options),
  };
}

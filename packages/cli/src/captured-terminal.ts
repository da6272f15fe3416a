/** A terminal for tests: what is written is kept, Ctrl-C is a call, nothing of the real machine is read. */
import { PassThrough, Readable, Writable } from 'node:stream';
import { runCommandLine } from './run-command-line.ts';
import type { Terminal } from './terminal.ts';

interface CapturedTerminal extends Terminal {
  readonly out: () => string;
  readonly error: () => string;
  readonly pressCtrlC: () => void;
}

interface CaptureOptions {
  readonly environment?: Terminal['environment'];
  readonly homeDirectory?: string;
  readonly input?: string;
  /** Columns of a terminal that a person looks at; absent: piped. */
  readonly columns?: number;
}

export function captureTerminal(options: CaptureOptions = {}): CapturedTerminal {
  const interruption = new AbortController();
  const stdout = captureStream(options.columns);
  const stderr = captureStream(options.columns);
  return {
    environment: options.environment ?? {},
    homeDirectory: options.homeDirectory ?? '/nonexistent',
    stdin: inputOf(options),
    stdout: stdout.stream,
    stderr: stderr.stream,
    interrupt: interruption.signal,
    withoutInterrupts: (act) => act(),
    out: stdout.text,
    error: stderr.text,
    pressCtrlC: () => interruption.abort(),
  };
}

/** Runs `sluice` with these arguments to its end. */
export async function runSluice(
  argumentsGiven: readonly string[],
  options: CaptureOptions = {},
): Promise<{ readonly exitCode: number; readonly out: string; readonly error: string }> {
  const terminal = captureTerminal(options);
  const exitCode = await runCommandLine(argumentsGiven, terminal);
  return { exitCode, out: terminal.out(), error: terminal.error() };
}

/** With columns it is typed, else piped. */
function inputOf({ input, columns }: CaptureOptions) {
  const stream = input === undefined ? new PassThrough() : Readable.from([Buffer.from(input)]);
  return columns === undefined ? stream : Object.assign(stream, { isTTY: true });
}

function captureStream(columns: number | undefined) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return {
    text: () => text,
    stream: columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns, rows: 24 }),
  };
}

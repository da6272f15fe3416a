/** The outside world of a command line: streams, environment and Ctrl-C, handed in so that tests own them. */

/** Where output goes; `isTTY`, `columns` and `rows` are there when a person looks at it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Where answers to questions come from; `isTTY` where a person types them. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted at the first Ctrl-C (SIGINT) or SIGTERM. */
  readonly interrupt: AbortSignal;
  /** Does `act` while Ctrl-C belongs to another program on this terminal, such as an editor. */
  withoutInterrupts<T>(act: () => Promise<T>): Promise<T>;
}

/** Waits, at most until the terminal is interrupted; never rejects. */
export function pause(durationMs: number, interrupt: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (interrupt.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      interrupt.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    interrupt.addEventListener('abort', end);
  });
}

/**
 * Requests at a constant rate, whether or not earlier ones have been answered; half of them on connections that are kept,
 * half on one connection each. Nothing is tried a second time: what fails is counted. The one exception must be asked for.
 */
import http from 'node:http';

/** Milliseconds that the server is asked to take, in turn. */
const WORK_MS = [0, 50, 0, 120, 0, 300, 10];
/** Milliseconds without an answer after which a request counts as failed. */
const ANSWER_WITHIN_MS = 5000;
/** Milliseconds between two bursts; timers are not finer on a loaded machine. */
const BURST_EVERY_MS = 20;

export interface PhaseFigures {
  readonly phase: string;
  readonly sent: number;
  readonly failed: number;
}

/** `reused`: the request went out on a connection that had been used before. */
export interface FailedRequest {
  readonly phase: string;
  readonly problem: string;
  readonly isReused: boolean;
}

export interface LoadOptions {
  /**
   * Whether a request is sent again, once, on a new connection, when the kept one was closed under it without an answer, as
   * browsers and most HTTP libraries do (RFC 9110, 9.2.2). For balancers that close idle connections when they are reloaded.
   */
  readonly repeatsClosed: boolean;
}

interface Phase {
  readonly name: string;
  sent: number;
  failed: number;
}

export class ConstantLoad {
  readonly #port: number;
  readonly #kept = new http.Agent({ keepAlive: true, maxFreeSockets: 32 });
  readonly #failures: FailedRequest[] = [];
  readonly #phases: Phase[] = [];
  readonly #servedBy = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  readonly #waiting = new Set<Promise<void>>();
  #phase: Phase;
  #sent = 0;
  #repeated = 0;
  readonly #options: LoadOptions;

  constructor(port: number, perSecond: number, options: LoadOptions = { repeatsClosed: false }) {
    this.#port = port;
    this.#options = options;
    this.#phase = this.#newPhase('before');
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#startedAt) / 1000) * perSecond);
      while (this.#sent < due) this.#send();
    }, BURST_EVERY_MS);
  }

  /** What is sent from now on counts for this phase. */
  enter(name: string): void {
    this.#phase = this.#phases.find((phase) => phase.name === name) ?? this.#newPhase(name);
  }

  get sent(): number {
    return this.#sent;
  }

  /** How many were sent again since their kept connection had been closed. */
  get repeated(): number {
    return this.#repeated;
  }

  get failures(): readonly FailedRequest[] {
    return this.#failures;
  }

  get figures(): readonly PhaseFigures[] {
    return this.#phases.map(({ name, sent, failed }) => ({ phase: name, sent, failed }));
  }

  /** How many requests each server has answered. */
  get servedBy(): ReadonlyMap<string, number> {
    return this.#servedBy;
  }

  /** Sends no more; resolves when every request has its answer or has failed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
    this.#kept.destroy();
  }

  #newPhase(name: string): Phase {
    const phase = { name, sent: 0, failed: 0 };
    this.#phases.push(phase);
    return phase;
  }

  #send(): void {
    const isKept = this.#sent % 2 === 0;
    const workMs = WORK_MS[this.#sent % WORK_MS.length] ?? 0;
    const phase = this.#phase;
    this.#sent += 1;
    phase.sent += 1;
    const asked = this.#ask(workMs, isKept).then(({ problem, isReused }) => {
      this.#waiting.delete(asked);
      if (problem === null) return;
      phase.failed += 1;
      this.#failures.push({ phase: phase.name, problem, isReused });
    });
    this.#waiting.add(asked);
  }

  #ask(workMs: number, isKept: boolean): Promise<{ readonly problem: string | null; readonly isReused: boolean }> {
    return new Promise((resolve) => {
      const request = http.get({
        host: '127.0.0.1',
        port: this.#port,
        path: `/work?ms=${workMs}`,
        agent: isKept ? this.#kept : false,
        timeout: ANSWER_WITHIN_MS,
      });
      const end = (problem: string | null) => resolve({ problem, isReused: request.reusedSocket });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
      let isAnswered = false;
      request.on('error', (error) => {
        const isClosed = request.reusedSocket && !isAnswered && 'code' in error && error.code === 'ECONNRESET';
        if (!isClosed || !this.#options.repeatsClosed) return end(error.message);
        this.#repeated += 1;
        this.#ask(workMs, false).then(resolve, (cause: unknown) => end(String(cause)));
      });
      request.on('response', (response) => {
        isAnswered = true;
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('error', (error) => end(error.message));
        response.on('end', () => {
          const server = /"server":"([^"]+)"/u.exec(text)?.[1];
          if (response.statusCode !== 200 || server === undefined) end(`${response.statusCode}: ${text.slice(0, 200)}`);
          else {
            this.#servedBy.set(server, (this.#servedBy.get(server) ?? 0) + 1);
            end(null);
          }
        });
      });
    });
  }
}

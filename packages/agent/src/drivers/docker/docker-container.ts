/** One container, as the engine tells of it: its state, its output, and what can be done to it. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { textOfTail } from '../../output-tail.ts';
import { parseJson } from '../../parse-json.ts';
import { quote } from '../../quote.ts';
import { DockerEngine, type EngineAnswer } from './docker-engine.ts';
import type { DockerSettings } from './docker-settings.ts';
import { printedBytes } from './log-frames.ts';

/** What is used of `GET /containers/{id}/json`; the engine says much more. */
const Inspected = Type.Object({
  Id: Type.String({ minLength: 1 }),
  State: Type.Object({
    /** `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead` */
    Status: Type.String(),
    Running: Type.Boolean(),
    Paused: Type.Boolean(),
    Restarting: Type.Boolean(),
    OOMKilled: Type.Boolean(),
    Pid: Type.Integer(),
    ExitCode: Type.Integer(),
    /** Why it could not be started; empty: it could. */
    Error: Type.Optional(Type.String()),
    StartedAt: Type.String(),
    Health: Type.Optional(
      Type.Union([
        Type.Object({
          /** `none`, `starting`, `healthy`, `unhealthy` */
          Status: Type.String(),
          Log: Type.Optional(
            Type.Union([Type.Array(Type.Object({ ExitCode: Type.Integer(), Output: Type.String() })), Type.Null()]),
          ),
        }),
        Type.Null(),
      ]),
    ),
  }),
  Config: Type.Object({ Tty: Type.Boolean() }),
});
export type Inspected = Type.Static<typeof Inspected>;
const inspected = Compile(Inspected);

const EngineError = Compile(Type.Object({ message: Type.String() }));

/** Lines of output that are asked for. */
const LOG_LINES_MAX = 200;
/** Bytes of them that are read: lines can be long. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;

export type Inspection =
  | { readonly kind: 'found'; readonly container: Inspected }
  | { readonly kind: 'missing'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string };

export class DockerContainer {
  readonly #settings: DockerSettings;
  readonly #engine: DockerEngine;

  constructor(settings: DockerSettings) {
    this.#settings = settings;
    this.#engine = new DockerEngine(settings.socket);
  }

  async inspect(signal?: AbortSignal): Promise<Inspection> {
    const answer = await this.#ask('GET', '/json', this.#settings.timeoutMs, signal);
    if (answer.kind === 'failed') return answer;
    if (answer.status === 404) return { kind: 'missing', problem: this.#whyMissing() };
    if (answer.status !== 200) return { kind: 'failed', problem: this.#refused('GET json', answer) };
    const value = parseJson(answer.body.toString('utf8'));
    if (inspected.Check(value)) return { kind: 'found', container: value };
    return {
      kind: 'failed',
      problem: `The container engine told of ${this.#settings.container} what is not understood: ${quote(answer.body.toString('utf8'))}`,
    };
  }

  /** @returns What is wrong, as a sentence; `null` when it is done, or was so before. */
  async act(
    verb: 'start' | 'stop' | 'kill',
    query: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<string | null> {
    const answer = await this.#ask('POST', `/${verb}${query}`, timeoutMs, signal);
    if (answer.kind === 'failed') return answer.problem;
    // 304: it was so before.
    if (answer.status === 204 || answer.status === 304) return null;
    return answer.status === 404 && verb !== 'start' ? this.#whyMissing() : this.#refused(verb, answer);
  }

  /** The end of what it has printed. Where it cannot be read, why. */
  async output(bytesMax: number): Promise<string> {
    const path = `/logs?stdout=1&stderr=1&tail=${LOG_LINES_MAX}`;
    const answer = await this.#ask('GET', path, this.#settings.timeoutMs, undefined, LOG_BYTES_MAX);
    if (answer.kind === 'failed') return `(The output cannot be read. ${answer.problem})`;
    if (answer.status === 404) return '';
    if (answer.status !== 200) return `(The output cannot be read. ${this.#refused('logs', answer)})`;
    return textOfTail(printedBytes(answer.body), bytesMax);
  }

  #ask(
    method: 'GET' | 'POST',
    path: string,
    timeoutMs: number,
    signal?: AbortSignal,
    bytesMax?: number,
  ): Promise<EngineAnswer> {
    return this.#engine.ask({
      method,
      path: `/containers/${encodeURIComponent(this.#settings.container)}${path}`,
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
      ...(bytesMax === undefined ? {} : { bytesMax }),
    });
  }

  #whyMissing(): string {
    return `There is no container ${this.#settings.container}. Make it (docker create, docker compose up --no-start; without --rm), or correct workload.container.`;
  }

  #refused(verb: string, { status, body }: Extract<EngineAnswer, { kind: 'answered' }>): string {
    const text = body.toString('utf8');
    const value = parseJson(text);
    const said = EngineError.Check(value) ? value.message : text;
    return `The container engine answered ${verb} of ${this.#settings.container} with ${status}: ${quote(said)}`;
  }
}

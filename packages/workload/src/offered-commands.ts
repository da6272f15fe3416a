/** Commands that the program runs when somebody asks its node for them: offered to the agent, run, stopped, and answered for. */
import type { AgentSocket } from './agent-socket.ts';

/** Characters of a description and of a problem. */
const TEXT_LENGTH_MAX = 1024;
/** Milliseconds of a command: a day. */
const TIMEOUT_MS_MAX = 86_400_000;
/** Milliseconds for which what a handler logs is gathered. */
const GATHER_MS = 100;
/** Characters of output that are gathered; an operation keeps the end of it, and no more. */
const OUTPUT_LENGTH_MAX = 16_384;
/** Characters of a returned value as JSON, which go over the socket; the agent keeps 8 KiB. */
const VALUE_LENGTH_MAX = 65_536;

/** What one parameter may be; the rest of the keys are those of JSON Schema. */
export interface CommandParameter {
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly enum?: readonly unknown[];
  /** Used where nothing was given. */
  readonly default?: unknown;
  /** Default: required where there is no default. */
  readonly required?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export interface CommandDefinition {
  /** What it does, for the people who choose it. */
  readonly description: string;
  readonly params?: Readonly<Record<string, CommandParameter>>;
  /** Whether it hurts who is on the node: then it waits for a running drain, and is refused while there is a lock. */
  readonly disruptive?: boolean;
  /** Milliseconds after which it is stopped and has failed. Default: a minute. */
  readonly timeoutMs?: number;
}

export interface CommandRun {
  /** Aborted when nobody wants it any more, or its time is over. A handler that then throws was stopped; one that returns was done. */
  readonly signal: AbortSignal;
  readonly operationId: string;
  /** Adds a line to the operation's output. */
  log(line: string): void;
}

/** @returns Any JSON, which becomes the operation's result; an error that is thrown is why it failed. */
export type CommandHandler = (params: Readonly<Record<string, unknown>>, run: CommandRun) => unknown;

export class OfferedCommands {
  readonly #send: AgentSocket['send'];
  readonly #offered = new Map<string, { readonly definition: CommandDefinition; readonly handler: CommandHandler }>();
  readonly #running = new Map<string, AbortController>();

  constructor(send: AgentSocket['send']) {
    this.#send = send;
  }

  /** @throws RangeError for what an agent could not tell anybody. */
  offer(name: string, definition: CommandDefinition, handler: CommandHandler): void {
    const { description, timeoutMs } = definition;
    if (!/^[a-z][a-z0-9-]{0,62}$/u.test(name))
      throw new RangeError(
        `A command's name has 1 to 63 characters: small letters, digits and '-', the first one a letter; and not '${name}'.`,
      );
    if (description === '' || description.length > TEXT_LENGTH_MAX)
      throw new RangeError(`The description of '${name}' must have 1 to ${TEXT_LENGTH_MAX} characters.`);
    if (timeoutMs !== undefined && !(Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= TIMEOUT_MS_MAX))
      throw new RangeError(`'${name}' may take 1 to ${TIMEOUT_MS_MAX} ms, and not ${timeoutMs}.`);
    this.#offered.set(name, { definition, handler });
    this.#say(name, definition);
  }

  /** On each connection. */
  sayAll(): void {
    for (const [name, { definition }] of this.#offered) this.#say(name, definition);
  }

  /** The agent asks for one. */
  async run(message: object): Promise<void> {
    if (!('id' in message && 'name' in message && 'params' in message)) return;
    const id = String(message.id);
    const handler = this.#offered.get(String(message.name))?.handler;
    if (this.#running.has(id)) return;
    if (handler === undefined) {
      this.#send({ kind: 'result', id, problem: 'This process has no such command.' });
      return;
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    const output = new GatheredOutput((text) => this.#send({ kind: 'output', id, text }));
    const log = (line: string) => output.add(`${line}\n`);
    let result: object;
    try {
      const value = await handler(paramsOf(message.params), { signal: controller.signal, operationId: id, log });
      result = { value: storable(value, log), problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message || error.name : String(error);
      result = { problem: problem.slice(0, TEXT_LENGTH_MAX) };
    }
    this.#running.delete(id);
    output.flush();
    this.#send({ kind: 'result', id, ...result });
  }

  cancel(message: object): void {
    if ('id' in message) this.#running.get(String(message.id))?.abort();
  }

  #say(name: string, { description, params = {}, disruptive = false, timeoutMs }: CommandDefinition): void {
    this.#send({ kind: 'command', name, description, params, disruptive, timeoutMs });
  }
}

class GatheredOutput {
  readonly #say: (text: string) => void;
  #text = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-OUTPUT_LENGTH_MAX);
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#text !== '') this.#say(this.#text);
    this.#text = '';
  }
}

/** @throws TypeError for what JSON cannot say, such as a value that contains itself. */
function storable(value: unknown, log: (line: string) => void): unknown {
  const { length } = JSON.stringify(value) ?? '';
  if (length <= VALUE_LENGTH_MAX) return value;
  log(`What the command returned has ${length} characters, and was left out.`);
  return null;
}

function paramsOf(params: unknown): Readonly<Record<string, unknown>> {
  return typeof params === 'object' && params !== null ? { ...params } : {};
}

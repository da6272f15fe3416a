/** A server to be asked hostile things: without limits on how often, with nodes, operations and tokens to name; and what it did meanwhile. */
import type { DeclaredCommand } from '@sluice/contract';
import { type Answer, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { faultOf } from './check-answer.ts';
import { Committed } from './committed.ts';
import { howToRepeat } from './fuzz-settings.ts';
import { type HttpInput, inputInWords, type KnownIds } from './http-input.ts';

const UNLIMITED = 1_000_000_000;
/** Milliseconds of this process's CPU that one request may take: nothing that is asked is worth more work. */
const CPU_MS_MAX = 100;
/** Tries until a request is believed to be slow: other things (compiling, collecting garbage) may have happened at the same time. */
const SLOW_TRIES = 4;

const ECHO: DeclaredCommand = {
  name: 'echo',
  description: 'Echo',
  parameters: {
    type: 'object',
    properties: {
      text: { type: 'string', maxLength: 20, pattern: '^[a-z]*$' },
      count: { type: 'integer', minimum: 1 },
    },
    required: ['text'],
    additionalProperties: false,
  },
  disruptive: false,
  timeoutMs: 1000,
};

const LIMITS = {
  requestsPerSecond: UNLIMITED,
  requestsBurst: UNLIMITED,
  anonymousPerSecond: UNLIMITED,
  anonymousBurst: UNLIMITED,
  connectionsPerSecond: UNLIMITED,
};

export class FuzzedServer {
  #server: ServerUnderTest;
  #committed: Committed;
  #known: KnownIds = { '@operation': 'op_0', '@token': 'tok_0', '@cursor': 'x' };

  private constructor(server: ServerUnderTest) {
    this.#server = server;
    this.#committed = new Committed(server.directory);
  }

  static async start(): Promise<FuzzedServer> {
    const fuzzed = new FuzzedServer(await ServerUnderTest.start(undefined, { limits: LIMITS }));
    await fuzzed.refresh();
    return fuzzed;
  }

  get committed(): Committed {
    return this.#committed;
  }

  get url(): URL {
    return this.#server.url;
  }

  get known(): KnownIds {
    return this.#known;
  }

  /** Whoever was shut out by the input comes back, so that the next ones find something to break. */
  async refresh(): Promise<void> {
    // The inputs are an administrator's: some of them revoke his own token, once there is another. Then it begins anew.
    if ((await this.#server.ask('GET', '/api/v1/server/status')).status === 401) {
      await this.stop();
      this.#server = await ServerUnderTest.start(undefined, { limits: LIMITS });
      this.#committed = new Committed(this.#server.directory);
    }
    for (const id of ['n1', 'n2'])
      await this.#server.addNode(id, { labels: { team: 'in' }, commands: [ECHO] }).catch(() => undefined);
    const operation = await this.#idOf('POST', '/api/v1/nodes/n1/commands/echo', '{"params":{"text":"x"}}', 'id');
    const token = await this.#idOf('POST', '/api/v1/tokens', '{"name":"fuzz","role":"viewer"}', 'id');
    const cursor = await this.#idOf('GET', '/api/v1/nodes?limit=1', null, 'nextCursor');
    this.#known = { '@operation': operation, '@token': token, '@cursor': cursor };
  }

  async #idOf(method: string, target: string, body: string | null, field: string): Promise<string> {
    const { status, json } = await this.#server.ask(
      method,
      target,
      body === null ? {} : { body, headers: { 'content-type': 'application/json' } },
    );
    if (status !== 200 || typeof json !== 'object' || json === null)
      throw new Error(`the fuzzed server does not serve any more: ${method} ${target}: ${status}`);
    const inner = 'token' in json && typeof json.token === 'object' && json.token !== null ? json.token : json;
    const id: unknown = Object.entries(inner).find(([key]) => key === field)?.[1];
    return typeof id === 'string' ? id : 'x';
  }

  /** @throws Error that tells the input, when the answer or what became of it is not as it must be. */
  async try(input: HttpInput): Promise<Answer> {
    const before = this.committed.newest();
    const { answer, cpuMs } = await this.#ask(input);
    const fail = (fault: string) =>
      new Error(
        `${fault}: ${answer.status} ${answer.text.slice(0, 300)} to ${inputInWords(input)}; ${howToRepeat(input.seed)}`,
      );
    const fault = faultOf(answer, input);
    if (fault !== null) throw fail(fault);
    if (cpuMs > CPU_MS_MAX && (await this.#isSlow(input))) throw fail(`${cpuMs} ms of work`);
    if (answer.status < 400 || isWait(answer)) return answer;
    const changes = this.committed.since(before).filter(({ body }) => isOfSomebody(body));
    if (changes.length > 0) throw fail(`refused, and yet ${JSON.stringify(changes).slice(0, 500)}`);
    return answer;
  }

  /** Asks what was refused once more, all of it, between two looks at everything that is kept. @throws Error that tells which input changed something. */
  async tryRefused(refused: readonly HttpInput[]): Promise<void> {
    // Time and agents change something now and then, and what was refused then may be right now: only what happens each time counts.
    const first = await this.#askAgain(refused);
    if (!first.isChanged) return;
    const again = await this.#askAgain(first.refused);
    if (!again.isChanged) return;
    const [input, ...others] = again.refused;
    if (input === undefined) return;
    if (others.length === 0)
      throw new Error(`refused, and yet something changed: ${inputInWords(input)}; ${howToRepeat(input.seed)}`);
    const half = Math.ceil(again.refused.length / 2);
    await this.tryRefused(again.refused.slice(0, half));
    await this.tryRefused(again.refused.slice(half));
  }

  /** @returns Those that are refused again, and whether anything that is kept is another now. */
  async #askAgain(
    given: readonly HttpInput[],
  ): Promise<{ readonly refused: readonly HttpInput[]; readonly isChanged: boolean }> {
    const before = this.committed.fingerprint();
    const refused: HttpInput[] = [];
    for (const input of given) if ((await this.#ask(input)).answer.status >= 400) refused.push(input);
    return { refused, isChanged: this.committed.fingerprint() !== before };
  }

  async #isSlow(input: HttpInput): Promise<boolean> {
    for (let tries = 1; tries < SLOW_TRIES; tries += 1) if ((await this.#ask(input)).cpuMs <= CPU_MS_MAX) return false;
    return true;
  }

  async #ask(input: HttpInput): Promise<{ readonly answer: Answer; readonly cpuMs: number }> {
    const { method, target, headers, body } = input;
    const before = process.cpuUsage();
    const answer = await this.#server
      .ask(method, target, { headers, token: null, ...(body === null ? {} : { body }) })
      .catch((error: unknown) => {
        throw new Error(`no answer to ${inputInWords(input)}; ${howToRepeat(input.seed)}`, { cause: error });
      });
    const { user, system } = process.cpuUsage(before);
    return { answer, cpuMs: (user + system) / 1000 };
  }

  async stop(): Promise<void> {
    this.#committed.close();
    await this.#server.stop();
  }
}

/** The one refusal that does something: the slot is held, and the node drains. */
function isWait({ json }: Answer): boolean {
  return typeof json === 'object' && json !== null && Reflect.get(json, 'code') === 'slot-draining';
}

/** What time and agents do by themselves is not the request's. */
function isOfSomebody(body: string): boolean {
  return body.includes('"tokenId"');
}

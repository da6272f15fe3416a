/** Clients that write while everything around them is killed, and remember what they were told: that, and only that, must be true. */
import type { Operation } from '@sluice/contract';
import type { Random } from '../simulation/random.ts';
import { pause } from './pause.ts';

/** Milliseconds that a client waits for an answer, and until it asks again. */
const ANSWER_WITHIN_MS = 3000;
const ASK_AGAIN_MS = 100;

export interface CrashClientsOptions {
  readonly url: () => string;
  readonly token: string;
  readonly nodeIds: readonly string[];
  readonly random: Random;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly etag: string | null;
  /** By `performance.now()`, before the request was sent. */
  readonly askedAt: number;
}

export class CrashClients {
  /** Operations that were acknowledged: what they are, and the newest status that was told. */
  readonly told = new Map<string, Operation>();
  /** When the end of each was first known, by `performance.now()`. */
  readonly #endKnownAt = new Map<string, number>();
  /** Declared commands by the mark that they were to leave. */
  readonly marks = new Map<string, string>();
  /** Increments of each node's counter in its metadata: told to be done, and of unknown outcome. */
  readonly counted = new Map<string, { done: number; unknown: number }>();
  readonly problems: string[] = [];
  readonly #options: CrashClientsOptions;
  #isOn = true;
  #keys = 0;
  readonly #turns: Promise<void>[] = [];

  constructor(options: CrashClientsOptions) {
    this.#options = options;
    for (const nodeId of options.nodeIds) this.counted.set(nodeId, { done: 0, unknown: 0 });
  }

  begin(): void {
    this.#isOn = true;
    for (const nodeId of this.#options.nodeIds)
      this.#turns.push(
        this.#goOn(() => this.#actOn(nodeId)),
        this.#goOn(() => this.#count(nodeId)),
      );
  }

  /** Resolves when nobody asks for anything any more. */
  async end(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#turns.splice(0));
  }

  /** @returns `null`: nobody answered, so it may or may not have been done. */
  async ask(
    method: string,
    route: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer | null> {
    const { url, token } = this.#options;
    const askedAt = performance.now();
    try {
      const answer = await fetch(`${url()}${route}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return { status: answer.status, json: await answer.json(), etag: answer.headers.get('etag'), askedAt };
    } catch {
      return null;
    }
  }

  /**
   * A terminal status never changes, and what was told is there.
   * @param askedAt When this was asked for: who asked before the end was known may be told how it was before, and later.
   */
  saw(operation: Operation, askedAt: number): void {
    const before = this.told.get(operation.id);
    const endKnownAt = this.#endKnownAt.get(operation.id);
    if (before !== undefined && endKnownAt !== undefined && JSON.stringify(before) !== JSON.stringify(operation)) {
      if (operation.endedAt !== null || askedAt >= endKnownAt)
        this.problems.push(
          `${operation.id} had ended as ${JSON.stringify(before)} and became ${JSON.stringify(operation)}`,
        );
      return;
    }
    this.told.set(operation.id, operation);
    if (operation.endedAt !== null && endKnownAt === undefined) this.#endKnownAt.set(operation.id, performance.now());
  }

  async #goOn(turn: () => Promise<void>): Promise<void> {
    while (this.#isOn) await turn();
  }

  /** The same request under the same key until it is answered, or until the round is over. */
  async #actOn(nodeId: string): Promise<void> {
    const { random } = this.#options;
    this.#keys += 1;
    const key = `key-${this.#keys}-${nodeId}`;
    const action = random.pick('drain', 'undrain', 'undrain', 'restart', 'mark', 'mark', 'mark', 'cancel');
    const node = `/api/v1/nodes/${nodeId}`;
    const last = [...this.told.keys()].at(-1 - random.between(0, 5));
    const [route, body] =
      action === 'mark'
        ? [`${node}/commands/mark`, { params: { key } }]
        : action === 'cancel' && last !== undefined
          ? [`/api/v1/operations/${last}/cancel`, {}]
          : action === 'drain'
            ? [`${node}/drain`, { timeout: 20, onDeadline: 'cancel' }]
            : [`${node}/${action === 'restart' ? 'restart' : 'undrain'}`, {}];
    for (let asked = 0; asked < 200; asked += 1) {
      const answer = await this.ask('POST', route, body, { 'idempotency-key': key });
      if (answer !== null && !isPassing(answer)) {
        if (answer.status === 200 && isOperation(answer.json)) {
          this.saw(answer.json, answer.askedAt);
          if (action === 'mark') this.marks.set(key, answer.json.id);
        } else if (answer.status !== 409 && answer.status !== 404) {
          this.problems.push(`${route} answered ${answer.status}: ${JSON.stringify(answer.json)}`);
        }
        break;
      }
      if (!this.#isOn && asked > 20) break;
      await pause(ASK_AGAIN_MS);
    }
    await pause(random.between(20, 250));
  }

  /** Reads, adds one, and writes if nobody else has meanwhile: an update that was lost would be missing in the end. */
  async #count(nodeId: string): Promise<void> {
    const { random } = this.#options;
    const counted = this.counted.get(nodeId);
    const route = `/api/v1/nodes/${nodeId}/meta`;
    const now = await this.ask('GET', route);
    if (counted !== undefined && now?.status === 200 && now.etag !== null) {
      const written = await this.ask(
        'PUT',
        route,
        { meta: { count: countOf(now.json) + 1 } },
        { 'if-match': now.etag },
      );
      if (written === null) counted.unknown += 1;
      else if (written.status === 200) counted.done += 1;
      // What became of a commit that was struck is known only later.
      else if (JSON.stringify(written.json).includes('"outcome-unknown"')) counted.unknown += 1;
      else if (written.status !== 503 && written.status !== 412)
        this.problems.push(`${route} answered ${written.status}: ${JSON.stringify(written.json)}`);
    }
    await pause(random.between(20, 150));
  }
}

/** Whether the same may be answered otherwise in a moment: the server is not ready, or its machine too busy to check what was asked. */
function isPassing({ status, json }: Answer): boolean {
  return status === 503 || (status === 400 && JSON.stringify(json).includes('Script execution timed out'));
}

/** The counter in a node's metadata, however the answer wraps it. */
export function countOf(json: unknown): number {
  const found = /"count":(\d+)/u.exec(JSON.stringify(json));
  return Number(found?.[1] ?? 0);
}

export function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'id' in value && 'command' in value && 'endedAt' in value;
}

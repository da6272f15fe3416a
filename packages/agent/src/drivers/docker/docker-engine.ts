/** Asks a container engine about one container, and for things to happen to it: the Engine API over its Unix socket. */
import { type IncomingMessage, request } from 'node:http';
import { sentence } from '../../error-sentence.ts';
import { quote } from '../../quote.ts';

/** The newest version of the API that is spoken here: Docker 25 (2024) and later, and all that is used here is in it. */
const API_VERSION_MAX = '1.44';
/** The oldest: Docker 20.10 (2020), and what Podman speaks. */
const API_VERSION_MIN = '1.41';
/** Bytes of an answer that are kept in memory; an inspected container has some 10 KiB. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

export type EngineAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Buffer; readonly contentType: string }
  /** A whole sentence, with what to do. */
  | { readonly kind: 'failed'; readonly problem: string };

export interface EngineRequest {
  readonly method: 'GET' | 'POST';
  /** Below the version, with its query; parts of it are encoded. */
  readonly path: string;
  /** For all of it: connecting, asking and reading. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Bytes that an answer may have; a longer one is a failure. */
  readonly bytesMax?: number;
}

export class DockerEngine {
  readonly #socket: string;
  #version: string | null = null;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Never throws for what the engine does. */
  async ask(asked: EngineRequest): Promise<EngineAnswer> {
    if (this.#version === null) {
      const negotiated = await this.#negotiate(asked);
      if (negotiated !== null) return negotiated;
    }
    const answer = await this.#request({ ...asked, path: `/v${this.#version}${asked.path}` });
    if (!isRefusedVersion(answer)) return answer;
    // The engine was replaced by a newer one meanwhile.
    this.#version = null;
    const refused = await this.#negotiate(asked);
    return refused ?? this.#request({ ...asked, path: `/v${this.#version}${asked.path}` });
  }

  /** An engine speaks the versions from its oldest to its newest; it says the newest. `null`: it is known now. */
  async #negotiate({ timeoutMs, signal }: EngineRequest): Promise<EngineAnswer | null> {
    const ping = await this.#request(
      { method: 'GET', path: '/_ping', timeoutMs, ...(signal === undefined ? {} : { signal }) },
      (headers) => {
        const newest = String(headers['api-version'] ?? '');
        if (/^1\.\d{1,3}$/u.test(newest))
          this.#version = minorOf(newest) < minorOf(API_VERSION_MAX) ? newest : API_VERSION_MAX;
      },
    );
    if (ping.kind === 'failed') return ping;
    if (this.#version === null)
      return {
        kind: 'failed',
        problem: `${this.#socket} does not answer as a container engine does (no Api-Version). Correct workload.socket.`,
      };
    if (minorOf(this.#version) >= minorOf(API_VERSION_MIN)) return null;
    const spoken = this.#version;
    this.#version = null;
    return {
      kind: 'failed',
      problem: `The container engine speaks API ${spoken} at most, and ${API_VERSION_MIN} is needed. Update it to Docker 20.10 or later.`,
    };
  }

  #request(asked: EngineRequest, onHeaders?: (headers: IncomingMessage['headers']) => void): Promise<EngineAnswer> {
    const { method, path, timeoutMs, signal, bytesMax = ANSWER_BYTES_MAX } = asked;
    const what = `${method} ${quote(path)}`;
    return new Promise((resolve) => {
      const outgoing = request({
        socketPath: this.#socket,
        method,
        path,
        agent: false,
        // An engine asks for a Host, and heeds none.
        headers: { host: 'docker', connection: 'close', ...(method === 'POST' ? { 'content-length': '0' } : {}) },
      });
      const settle = (answer: EngineAnswer) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(answer);
        outgoing.destroy();
      };
      const fail = (how: string) => settle({ kind: 'failed', problem: `The container engine ${how}` });
      const giveUp = () => fail(`was not waited for (${what}).`);
      const timer = setTimeout(
        () => fail(`did not answer ${what} within ${timeoutMs} ms. See whether it works at all: docker ps.`),
        timeoutMs,
      );
      outgoing.on('error', (error) => settle({ kind: 'failed', problem: this.#whyNotAsked(error) }));
      outgoing.on('response', (response) => {
        onHeaders?.(response.headers);
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > bytesMax) fail(`answered ${what} with more than ${bytesMax} bytes.`);
        });
        response.on('error', (error) => fail(`broke off its answer to ${what}: ${sentence(error)}.`));
        response.on('aborted', () => fail(`broke off in the middle of its answer to ${what}.`));
        response.on('end', () =>
          settle({
            kind: 'answered',
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks),
            contentType: response.headers['content-type'] ?? '',
          }),
        );
      });
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener('abort', giveUp);
      outgoing.end();
    });
  }

  #whyNotAsked(error: Error): string {
    const code = 'code' in error ? error.code : null;
    if (code === 'ENOENT')
      return `There is no socket ${this.#socket}. Start the container engine, or name its socket in workload.socket.`;
    if (code === 'EACCES' || code === 'EPERM')
      return `${this.#socket} is closed to the agent's user. Put that user into the group docker (which makes it as good as root), or run the agent as root.`;
    if (code === 'ECONNREFUSED')
      return `Nobody answers at ${this.#socket}. Start the container engine (systemctl start docker).`;
    return `The container engine at ${this.#socket} cannot be asked: ${sentence(error)}.`;
  }
}

/** Engines refuse a version outside their range with these words. */
function isRefusedVersion(answer: EngineAnswer): boolean {
  return (
    answer.kind === 'answered' &&
    answer.status === 400 &&
    /client version \S+ is too (?:old|new)/u.test(answer.body.toString('utf8'))
  );
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

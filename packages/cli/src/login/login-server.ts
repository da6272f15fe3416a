/** What `sluice login` and `sluice logout` ask of a server beside the API: whether people can log in, the token for a code, its end. */
import type { ClientProblem } from '@sluice/client';
import { isRecord } from '../is-record.ts';

/** Milliseconds that an answer may take: the server may have to find the provider first. */
const ANSWER_WITHIN_MS = 20_000;
/** Characters of an answer. */
const ANSWER_LENGTH_MAX = 65_536;

export interface LoginToken {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly name: string;
  readonly role: string;
  /** `null`: all nodes. */
  readonly selector: string | null;
}

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Pick<ClientProblem, 'code' | 'status' | 'detail' | 'whatToDo'> };

/** A server at which somebody logs in. */
export class LoginServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly #interrupt: AbortSignal;
  readonly #fetch: typeof globalThis.fetch;

  /** @param fetch One that trusts the server's certificate. */
  constructor(url: string, interrupt: AbortSignal, fetch: typeof globalThis.fetch) {
    this.url = url.replace(/\/+$/u, '');
    this.#interrupt = interrupt;
    this.#fetch = fetch;
  }

  addressFor(port: number, challenge: string, state: string): string {
    const address = new URL(`${this.url}/auth/cli`);
    for (const [name, value] of Object.entries({ port: String(port), challenge, state }))
      address.searchParams.set(name, value);
    return address.href;
  }

  /** Whether the browser would be sent on to the provider, before anybody looks at it. */
  async check(address: string): Promise<Answer<null>> {
    const asked = await this.#ask(address, { method: 'GET' });
    if (!asked.ok) return asked;
    const { status, text } = asked.value;
    if (status === 303) return { ok: true, value: null };
    if (status === 503)
      return refusal(status, 'The server cannot reach the provider just now.', 'Try again in a moment.');
    return { ok: false, problem: this.#problemIn(status, text) };
  }

  async tokenFor(code: string, verifier: string): Promise<Answer<LoginToken>> {
    const asked = await this.#ask(`${this.url}/auth/cli/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, verifier }),
    });
    if (!asked.ok) return asked;
    const { status, text } = asked.value;
    const value = loginTokenIn(parsed(text));
    return status === 200 && value !== null
      ? { ok: true, value }
      : { ok: false, problem: this.#problemIn(status, text) };
  }

  async end(token: string): Promise<Answer<null>> {
    const asked = await this.#ask(`${this.url}/auth/cli/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    if (!asked.ok) return asked;
    const { status, text } = asked.value;
    return status === 204 ? { ok: true, value: null } : { ok: false, problem: this.#problemIn(status, text) };
  }

  async #ask(
    address: string,
    request: RequestInit,
  ): Promise<Answer<{ readonly status: number; readonly text: string }>> {
    const signal = AbortSignal.any([this.#interrupt, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    try {
      const response = await this.#fetch(address, { ...request, redirect: 'manual', signal });
      return { ok: true, value: { status: response.status, text: await textOf(response) } };
    } catch (error) {
      if (this.#interrupt.aborted) return refusal(null, 'It was ended before an answer came.', '', 'aborted');
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : String(cause);
      return refusal(null, `Cannot reach the server at ${this.url}: ${reason}.`, '', 'unreachable');
    }
  }

  #problemIn(status: number, text: string): Extract<Answer<null>, { ok: false }>['problem'] {
    const document = parsed(text);
    if (isRecord(document)) {
      const { code, detail, whatToDo } = document;
      if (typeof code === 'string' && typeof detail === 'string' && typeof whatToDo === 'string')
        return { code, status, detail, whatToDo };
    }
    return {
      code: 'not-a-sluice-answer',
      status,
      detail: `${this.url} answered ${status} with something that is not from a Sluice server.`,
      whatToDo: 'Check the address.',
    };
  }
}

function refusal(
  status: number | null,
  detail: string,
  whatToDo: string,
  code = 'provider-away',
): Extract<Answer<null>, { ok: false }> {
  return { ok: false, problem: { code, status, detail, whatToDo } };
}

async function textOf({ body }: Response): Promise<string> {
  let text = '';
  if (body === null) return text;
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > ANSWER_LENGTH_MAX) throw new Error(`the answer has more than ${ANSWER_LENGTH_MAX} characters`);
  }
  return text;
}

function loginTokenIn(value: unknown): LoginToken | null {
  if (!isRecord(value)) return null;
  const { token, expiresAt, name, role, selector } = value;
  const isWhole =
    typeof token === 'string' &&
    typeof expiresAt === 'string' &&
    !Number.isNaN(Date.parse(expiresAt)) &&
    typeof name === 'string' &&
    typeof role === 'string';
  if (!isWhole || (selector !== null && typeof selector !== 'string')) return null;
  return { token, expiresAt, name, role, selector };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not from Sluice; the caller says so.
    return null;
  }
}

/** What is seen of a server from this machine: whether it answers, who it takes us for, whether its events come through. */
import { connect as connectTls } from 'node:tls';
import { type Client, type ClientProblem, createClient, type ResponseOf } from '@sluice/client';
import { HOW_TO_PIN, pinnedFetch } from '../pinned-fetch.ts';
import type { Terminal } from '../terminal.ts';

export interface ConnectionFacts {
  readonly url: string;
  /** Whether it answers at all. */
  readonly reached:
    | { readonly ok: true; readonly afterMs: number }
    /** `otherScheme`: what answers there speaks that instead; `null`: nothing is known. */
    | { readonly ok: false; readonly problem: ClientProblem; readonly otherScheme: 'http' | 'https' | null };
  /** Whether it can serve; `null`: it can, or it was not reached. */
  readonly notReady: ClientProblem | null;
  /** Milliseconds that this machine's clock is ahead of the server's, to the second; `null`: it was not told. */
  readonly clockAheadMs: number | null;
  /** Who it takes us for; `null`: there is no token. */
  readonly who: Told<ResponseOf<'whoAmI'>> | null;
  readonly status: Told<ResponseOf<'serverStatus'>> | null;
  /** How its event stream began; `null`: it was not asked for. */
  readonly events: 'at once' | 'held back' | ClientProblem | null;
}

type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: ClientProblem };

export interface Connection {
  readonly url: string;
  readonly token: string | null;
  readonly serverCa: string | null;
}

/** Milliseconds for an answer; a server that needs longer is of no use to anybody. */
const ANSWER_WITHIN_MS = 10_000;
/** Milliseconds in which an event stream begins, where nothing holds it back: the server says so at once. */
const STREAM_WITHIN_MS = 5000;
/** Milliseconds for a handshake with what answers in the other scheme. */
const HANDSHAKE_WITHIN_MS = 3000;

export async function connectionFacts(connection: Connection, terminal: Terminal): Promise<ConnectionFacts> {
  const { url, token } = connection;
  const pinned = await pinnedFetch(connection.serverCa);
  if (!pinned.ok) return unreached(url, unusableAuthority(pinned.detail), null);
  let clockAheadMs: number | null = null;
  const startedAt = performance.now();
  const client = createClient({
    url,
    timeoutMs: ANSWER_WITHIN_MS,
    signal: terminal.interrupt,
    ...(token === null ? {} : { token }),
    fetch: async (...asked) => {
      const askedAt = Date.now();
      const response = await pinned.fetch(...asked);
      const told = Date.parse(response.headers.get('date') ?? '');
      // Told to the second, and somewhere between the question and the answer.
      if (!Number.isNaN(told)) clockAheadMs ??= Math.round((askedAt + Date.now()) / 2 - (told + 500));
      return response;
    },
  });
  const alive = await client.livenessCheck();
  if (!alive.ok) return unreached(url, alive.problem, await otherSchemeOf(url, alive.problem));
  const afterMs = Math.round(performance.now() - startedAt);
  const ready = await client.readinessCheck();
  const who = token === null ? null : await client.whoAmI();
  const isKnown = who?.ok === true;
  return {
    url,
    reached: { ok: true, afterMs },
    notReady: ready.ok ? null : ready.problem,
    clockAheadMs,
    who,
    status: isKnown ? await client.serverStatus() : null,
    events: isKnown ? await howEventsBegin(client, terminal.interrupt) : null,
  };
}

function unreached(url: string, problem: ClientProblem, otherScheme: 'http' | 'https' | null): ConnectionFacts {
  const reached = { ok: false, problem, otherScheme } as const;
  return { url, reached, notReady: null, clockAheadMs: null, who: null, status: null, events: null };
}

function unusableAuthority(detail: string): ClientProblem {
  return { code: 'authority-unusable', status: null, detail, whatToDo: HOW_TO_PIN, field: null, requestId: null };
}

async function howEventsBegin(client: Client, interrupt: AbortSignal): Promise<ConnectionFacts['events']> {
  const signal = AbortSignal.any([AbortSignal.timeout(STREAM_WITHIN_MS), interrupt]);
  for await (const item of client.events({ signal })) {
    if (item.kind === 'ready') return 'at once';
    if (item.kind === 'refused' || item.kind === 'interrupted') return item.problem;
  }
  return 'held back';
}

/** A server that speaks the other scheme breaks the connection, or answers what is no TLS. */
async function otherSchemeOf(url: string, { detail }: ClientProblem): Promise<'http' | 'https' | null> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'https:') return detail.includes('does not speak TLS') ? 'http' : null;
  return new Promise((resolve) => {
    // Whether it speaks TLS is asked, not whom it is: nothing is said to it.
    const socket = connectTls({ host: hostname, port: Number(port || 80), rejectUnauthorized: false });
    const settle = (scheme: 'https' | null) => {
      socket.destroy();
      resolve(scheme);
    };
    socket.setTimeout(HANDSHAKE_WITHIN_MS, () => settle(null));
    socket.on('secureConnect', () => settle('https'));
    socket.on('error', () => settle(null));
  });
}

/** What is wrong between this machine and a server, from what was seen of it, and what mends it. */
import { type Check, durationInWords, fault, fine, type Finding, warning } from '@sluice/core';
import { adviceOn, isDistrusted } from '../output/print.ts';
import type { ConnectionFacts } from './connection-facts.ts';

const SERVER: Check = { check: 'server', title: 'Server' };
const READY: Check = { check: 'ready', title: 'Readiness' };
const ENCRYPTION: Check = { check: 'encryption', title: 'Encryption' };
const CLOCK: Check = { check: 'clock', title: 'Clock' };
const TOKEN: Check = { check: 'token', title: 'Token' };
const VERSION: Check = { check: 'version', title: 'Version' };
const EVENTS: Check = { check: 'events', title: 'Events' };

/** Milliseconds of a clock's error that do nobody harm. */
const CLOCK_ERROR_MS_MAX = 30_000;
/** Milliseconds before a token's end from which on it is said. */
const TOKEN_WARNING_MS = 7 * 86_400_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

export interface Here {
  readonly version: string;
  readonly now: number;
  /** People name the server in their settings, and need a token; a node names it in its agent.yaml, and needs none. */
  readonly asks: 'person' | 'node';
}

export function judgeConnection(facts: ConnectionFacts, here: Here): readonly Finding[] {
  const { reached, status } = facts;
  if (!reached.ok) return [unreached(facts.url, reached, here)];
  return [
    fine(SERVER, `${facts.url} answers in ${reached.afterMs} ms.`),
    readiness(facts),
    encryption(facts.url),
    clock(facts.clockAheadMs),
    ...(facts.who === null && here.asks === 'node' ? [] : [token(facts, here.now)]),
    ...(status?.ok === true ? [version(here.version, status.value.version)] : []),
    ...(facts.events === null ? [] : [events(facts.events)]),
  ];
}

function unreached(
  url: string,
  { problem, otherScheme }: Extract<ConnectionFacts['reached'], { ok: false }>,
  { asks }: Here,
): Finding {
  if (otherScheme !== null) {
    const speaks = otherScheme === 'https' ? 'TLS' : 'no TLS';
    return fault(
      SERVER,
      `${url} does not answer: what is there speaks ${speaks}.`,
      `Write ${url.replace(/^https?/u, otherScheme)}.`,
    );
  }
  const isNamedWrongly =
    asks === 'node' &&
    ['unreachable', 'no-answer-in-time', 'not-a-sluice-answer'].includes(problem.code) &&
    !isDistrusted(problem);
  return fault(
    SERVER,
    problem.detail,
    isNamedWrongly
      ? 'Correct `server` in agent.yaml, or let this machine out to it (name server, firewall, route).'
      : adviceOn(problem),
  );
}

function readiness({ notReady, status }: ConnectionFacts): Finding {
  if (notReady !== null) return fault(READY, notReady.detail, notReady.whatToDo);
  const silence = status?.ok === true ? status.value.massSilence : null;
  if (silence === null) return fine(READY, 'it can serve.');
  return warning(
    READY,
    `${silence.silentNodes} of ${silence.ofNodes} nodes fell silent together.`,
    'Look at the network between the server and them first; `sluice server status` tells more.',
  );
}

function encryption(url: string): Finding {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return fine(ENCRYPTION, 'the connection is encrypted, and the certificate is trusted.');
  if (LOOPBACK.test(hostname)) return fine(ENCRYPTION, 'none is needed on this machine.');
  return warning(
    ENCRYPTION,
    `${url} is spoken to in the clear: whoever is on the way can read the token and use it.`,
    'Give the server a certificate (docs/tls.md), and write https://.',
  );
}

function clock(aheadMs: number | null): Finding {
  if (aheadMs === null) return fine(CLOCK, 'what answers does not tell the time.');
  const off = Math.abs(aheadMs);
  if (off <= CLOCK_ERROR_MS_MAX) return fine(CLOCK, 'this machine and the server agree.');
  return warning(
    CLOCK,
    `this machine is ${durationInWords(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the server.`,
    'Set the clock that is wrong (chrony or systemd-timesyncd keeps it right): certificates, logins and times shown depend on it.',
  );
}

function token({ who }: ConnectionFacts, now: number): Finding {
  if (who === null)
    return fault(
      TOKEN,
      'there is none.',
      'Run `sluice login` where the server has single sign-on; else set SLUICE_TOKEN, or write `token:` into ~/.config/sluice/config.yaml (mode 600).',
    );
  if (!who.ok && who.problem.code === 'unauthenticated')
    return fault(
      TOKEN,
      'the server does not take it: it is mistyped, has run out, was taken back, or is of another server.',
      'Have an admin make one: sluice tokens create NAME --role operator',
    );
  if (!who.ok) return fault(TOKEN, who.problem.detail, adviceOn(who.problem));
  const { name, role, selector, expiresAt } = who.value;
  const seen = `${name}, ${role} of ${selector === null ? 'all nodes' : `nodes with ${selector}`}`;
  const leftMs = expiresAt === null ? Infinity : Date.parse(expiresAt) - now;
  if (leftMs < TOKEN_WARNING_MS)
    return warning(
      TOKEN,
      `${seen}; it runs out in ${durationInWords(leftMs)}.`,
      'Log in again, or have a new one made.',
    );
  if (role === 'viewer')
    return warning(
      TOKEN,
      `${seen}: it sees, and may change nothing.`,
      'To act on nodes, have an admin make one: sluice tokens create NAME --role operator',
    );
  return fine(TOKEN, `${seen}.`);
}

/** A minor version apart works, both ways. */
function version(ours: string, theirs: string): Finding {
  const seen = `this is ${ours}, the server ${theirs}.`;
  const [major = 0, minor = 0] = ours.split('.').map(Number);
  const [theirMajor = 0, theirMinor = 0] = theirs.split('.').map(Number);
  if (major === theirMajor && Math.abs(minor - theirMinor) <= 1) return fine(VERSION, seen);
  return warning(VERSION, seen, 'Install versions that are at most a minor version apart.');
}

function events(begun: NonNullable<ConnectionFacts['events']>): Finding {
  if (begun === 'at once') return fine(EVENTS, 'they come through as they happen.');
  if (begun === 'held back')
    return warning(
      EVENTS,
      'their stream was opened and nothing came: a proxy in between keeps answers until they are whole.',
      'Have it pass /api/v1/events on at once (nginx: proxy_buffering off; HAProxy: no option http-buffer-request), with a timeout over 60 s.',
    );
  return fault(EVENTS, begun.detail, adviceOn(begun));
}

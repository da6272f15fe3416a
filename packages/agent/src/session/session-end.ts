/** How a session, or a try for one, ended: by the HTTP status or the close code that the server gave. What only a person can mend is said loudly. */
import { AGENT_CLOSE } from '@sluice/contract';
import type { Logger } from 'pino';
import { type SessionEnd, SLOW_RETRY_MS } from './server-course.ts';

/** Milliseconds that a `Retry-After` is followed at most: whatever answers in the server's place must not keep the agent away for ever. */
const RETRY_AFTER_MS_MAX = 300_000;

/** Of a try whose upgrade was answered with an HTTP status. */
export function endByStatus(
  {
    server,
    status,
    retryAfter,
  }: { readonly server: string; readonly status: number; readonly retryAfter?: string | undefined },
  logger: Logger,
): SessionEnd {
  const told = { event: 'session-refused', status, server };
  if (status === 401 || status === 403) {
    logger.error(told, 'the server refuses this agent’s token; check joinToken in agent.yaml');
    return { kind: 'refused' };
  }
  logger.warn(told, 'the server does not take the session now');
  const seconds = Number(retryAfter ?? Number.NaN);
  const toldMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, RETRY_AFTER_MS_MAX) : null;
  return { kind: status === 429 ? 'put-off' : 'gone', toldMs };
}

/**
 * Of a session, by the protocol's close codes.
 * @param refused The server does not let this agent in. @returns Whether another try has something new to say.
 */
export function endByClose(
  { server, code, reason }: { readonly server: string; readonly code: number; readonly reason: string },
  logger: Logger,
  refused: () => boolean,
): SessionEnd {
  const told = { event: 'session-refused', server, code, reason };
  switch (code) {
    case AGENT_CLOSE.notAuthorised:
      if (refused()) return { kind: 'say-otherwise' };
      logger.error(told, 'the server does not let this agent in; a person must look');
      return { kind: 'refused' };
    case AGENT_CLOSE.nodeIdInUse:
    case AGENT_CLOSE.versionNotSpoken:
    case AGENT_CLOSE.superseded:
      logger.error(told, 'the server refuses this agent; a person must look');
      return { kind: 'refused' };
    case AGENT_CLOSE.tryLater:
      return { kind: 'busy', toldMs: millisecondsIn(reason) };
    case AGENT_CLOSE.stopping:
      return { kind: 'gone', toldMs: millisecondsIn(reason) };
    default:
      return { kind: 'gone', toldMs: null };
  }
}

/** What the reason of a close tells the agent to wait. */
function millisecondsIn(reason: string): number {
  return Math.min(Number.parseInt(/\d+/u.exec(reason)?.[0] ?? '0', 10), SLOW_RETRY_MS);
}

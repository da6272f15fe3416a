/** An agent that speaks to its server without TLS across a network says so loudly. */
import type { Logger } from 'pino';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

export function warnInTheClear(serverUrl: string, logger: Logger): void {
  const { protocol, hostname } = new URL(serverUrl);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return;
  logger.warn(
    { event: 'in-the-clear', server: serverUrl },
    'the server is spoken to WITHOUT TLS: what it asks for and what this node tells can be read and changed on the way; use https://',
  );
}

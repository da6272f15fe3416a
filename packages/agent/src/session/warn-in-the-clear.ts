/** An agent that speaks to its server without TLS across a network says so loudly. */
import type { Logger } from 'pino';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

export function warnInTheClear(serverUrls: readonly string[], logger: Logger): void {
  for (const server of serverUrls) {
    const { protocol, hostname } = new URL(server);
    if (protocol === 'https:' || LOOPBACK.test(hostname)) continue;
    logger.warn(
      { event: 'in-the-clear', server },
      'the server is spoken to WITHOUT TLS: what it asks for and what this node tells can be read and changed on the way; use https://',
    );
  }
}

/** A Node.js HTTP server that drains well, in one line: what it works on counts, and kept connections are let go. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AgentLink } from './join-agent.ts';

/**
 * Counts each request that is worked on, and each WebSocket, as a session. While the node drains, answers say
 * `Connection: close` and idle connections are closed, so that clients go elsewhere; new requests are still answered, since a
 * balancer may have sent them before it noticed.
 * @returns The server.
 */
export function drainHttpServer<S extends Server>(server: S, agent: AgentLink): S {
  server.prependListener('request', ({ method, url }: IncomingMessage, response: ServerResponse) => {
    const session = agent.session(`${method} ${withoutQuery(url)}`);
    response.on('close', () => session.end());
    if (agent.isDraining) response.shouldKeepAlive = false;
  });
  // Somebody who listens for upgrades changes what a server does with them: it is listened to only where others do.
  let countsUpgrades = false;
  const countUpgrades = () => {
    if (countsUpgrades) return;
    countsUpgrades = true;
    server.prependListener('upgrade', ({ url }: IncomingMessage, socket: Duplex) => {
      const session = agent.session(`upgrade ${withoutQuery(url)}`);
      socket.on('close', () => session.end());
    });
  };
  if (server.listenerCount('upgrade') > 0) countUpgrades();
  server.on('newListener', (event) => {
    if (event === 'upgrade') countUpgrades();
  });
  agent.onDrain(() => server.closeIdleConnections());
  return server;
}

/** A query may hold what is nobody's business. */
function withoutQuery(url: string | undefined): string {
  return url?.split('?')[0] ?? '/';
}

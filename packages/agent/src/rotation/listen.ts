/** Listening at an address of the configuration, with an error that names the setting when that is not possible. */
import type { AddressInfo, Server } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/**
 * Resolves with the port that it listens on.
 * @throws Error for the one who started the agent.
 */
export async function listen(server: Server, { host, port }: ListenAddress, setting: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    // For good: when a connection cannot be accepted later (no file descriptor left), its client asks again, and the agent must live on.
    server.on('error', (error) => reject(new Error(`${setting}: ${host}:${port} ${whyNot(error)}`, { cause: error })));
    server.listen({ host, port }, resolve);
  });
  return portOf(server.address(), setting);
}

function portOf(address: AddressInfo | string | null, setting: string): number {
  if (address === null || typeof address === 'string') throw new Error(`${setting}: listening, but not on a port`);
  return address.port;
}

function whyNot(error: Error): string {
  const code = 'code' in error ? error.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return 'is in use by another program (or another agent). Stop that, or choose another port.';
    case 'EACCES':
      return "may not be listened on by the agent's user. Choose a port above 1023.";
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'is no address of this machine. Use 0.0.0.0 for all of them, or 127.0.0.1 for this machine only.';
    default:
      return `cannot be listened on: ${error.message}`;
  }
}

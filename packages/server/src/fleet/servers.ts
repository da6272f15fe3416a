/** The servers that share a store, as a fleet needs to know them. */

export interface Servers {
  /** Of this server; another one after others had given it up. */
  readonly id: string;
  /** Whether a server is there, as far as is known here. */
  readonly isThere: (serverId: string) => boolean;
  /**
   * Whether a duty is this server's. For a moment after the servers have changed it may be nobody's; that it is nobody else's is
   * only likely, so what is done by it must be harmless when it is done twice.
   */
  readonly isOurs: (duty: string) => boolean;
  /** Calls when servers came or went, this one's id included. @returns What ends it. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** One server that shares its store with nobody. */
export function oneServer(id: string): Servers {
  return { id, isThere: (serverId) => serverId === id, isOurs: () => true, subscribe: () => () => undefined };
}

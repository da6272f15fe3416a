/** What a server tells the others of itself. */
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { SLUICE_VERSION } from '@sluice/contract';
import type { ServerConfig } from '../config.ts';
import type { ReplicasOptions } from './replicas.ts';

/** Random bytes of a server's id. */
const ID_BYTES = 9;

export function newServerId(): string {
  return `sv_${randomBytes(ID_BYTES).toString('hex')}`;
}

/**
 * @param startedAt Epoch milliseconds.
 * @param sessions How many agents are connected now.
 */
export function aboutReplica(
  { advertisedUrl, port }: Pick<ServerConfig, 'advertisedUrl' | 'port'>,
  startedAt: number,
  sessions: () => number,
): ReplicasOptions['about'] {
  // Where any free port will do, the name is another at each start.
  const name = advertisedUrl ?? `${os.hostname()}:${port === 0 ? randomBytes(ID_BYTES).toString('hex') : port}`;
  return () => ({ name, url: advertisedUrl, version: SLUICE_VERSION, startedAt, sessions: sessions() });
}

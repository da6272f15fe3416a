/** The keys of all queries, and which of them an event makes out of date. */
import type { ClientEvent } from '@sluice/client';

type Filter = Readonly<Record<string, string | undefined>>;

export const queryKeys = {
  session: ['session'],
  loginWays: ['login-ways'],
  serverStatus: ['server-status'],
  why: (nodeId: string) => ['why', nodeId],
  history: (nodeId: string) => ['history', nodeId],
  load: (nodeId: string) => ['load', nodeId],
  drainCurve: (nodeId: string, startedAt: string) => ['drain-curve', nodeId, startedAt],
  metadata: (nodeId: string) => ['metadata', nodeId],
  commands: (nodeId: string | null) => ['commands', nodeId],
  credentials: (nodeId: string) => ['credentials', nodeId],
  operations: (filter: Filter) => ['operations', filter],
  operation: (id: string) => ['operation', id],
  output: (operationId: string) => ['output', operationId],
  audit: (filter: Filter) => ['audit', filter],
  tokens: ['tokens'],
  joinTokens: ['join-tokens'],
} as const;

/** The beginnings of the keys that are to be asked again after an event. */
export function keysTouchedBy(event: ClientEvent): readonly (readonly string[])[] {
  const { kind, nodeId } = event;
  const node =
    nodeId === null
      ? []
      : [
          ['why', nodeId],
          ['history', nodeId],
        ];
  if (kind.startsWith('Operation')) {
    const id: unknown = event['operationId'];
    return [...node, ['operations'], ...(typeof id === 'string' ? [['operation', id]] : [])];
  }
  if (kind === 'DrainProgressed' && nodeId !== null) return [...node, ['drain-curve', nodeId]];
  if (kind === 'MetadataReplaced' && nodeId !== null) return [...node, ['metadata', nodeId], ['audit']];
  if (kind === 'NodeDescribed' && nodeId !== null) return [...node, ['commands']];
  if (kind.startsWith('AgentKey') && nodeId !== null) return [...node, ['credentials', nodeId]];
  if (kind === 'TokenCreated' || kind === 'TokenRevoked') return [['tokens'], ['join-tokens'], ['audit']];
  if (kind === 'AgentEnrolled') return [...node, ['join-tokens']];
  if (kind === 'HoldPlaced' || kind === 'HoldReleased' || kind === 'RequestRefused') return [...node, ['audit']];
  return node;
}

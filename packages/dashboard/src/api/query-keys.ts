/** The keys of all queries, and which of them an event makes out of date. */
import type { ClientEvent } from '@sluice/client';
import { ROLLOUT_STORY } from '../fleet-view/rollout-events.ts';

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
  chainHead: ['audit', 'head'],
  rollouts: (filter: Filter) => ['rollouts', filter],
  rollout: (id: string) => ['rollout', id],
  /** A page of its nodes. */
  rolloutNodes: (id: string, page: number) => ['rollout-nodes', id, page],
  pausedRollouts: ['paused-rollouts'],
  rolloutHistory: (id: string, of: 'story' | 'steps') => ['rollout-history', id, of],
  budgets: ['budgets'],
  slots: ['slots'],
  tokens: ['tokens'],
  joinTokens: ['join-tokens'],
} as const;

/** The beginnings of the keys that are to be asked again after an event. */
export function keysTouchedBy(event: ClientEvent): readonly (readonly string[])[] {
  return [...keysOfKind(event), ...(isAudited(event) ? [['audit']] : [])];
}

function keysOfKind(event: ClientEvent): readonly (readonly string[])[] {
  const { kind, nodeId } = event;
  const node =
    nodeId === null
      ? []
      : [
          ['why', nodeId],
          ['history', nodeId],
        ];
  const rolloutId: unknown = event['rolloutId'];
  // Which of its nodes are to be read again, its own page knows.
  if (typeof rolloutId === 'string') {
    const own = [...node, ['rollouts'], ['rollout', rolloutId]];
    // Of thousands of nodes each tells several times: its story is not read again for that.
    return ROLLOUT_STORY.includes(kind)
      ? [...own, ['paused-rollouts'], ['rollout-history', rolloutId]]
      : [...own, ['rollout-history', rolloutId, 'steps']];
  }
  if (kind.startsWith('Budget')) return [...node, ['budgets']];
  if (kind.startsWith('Slot')) return [...node, ['budgets'], ['slots']];
  if (kind.startsWith('Operation')) {
    const id: unknown = event['operationId'];
    return [...node, ['operations'], ...(typeof id === 'string' ? [['operation', id]] : [])];
  }
  // How far a drain is stands in its operation too, which the event does not name.
  if (kind === 'DrainProgressed' && nodeId !== null)
    return [...node, ['drain-curve', nodeId], ['operations'], ['operation']];
  if (kind === 'MetadataReplaced' && nodeId !== null) return [...node, ['metadata', nodeId]];
  if (kind === 'NodeDescribed' && nodeId !== null) return [...node, ['commands']];
  if ((kind.startsWith('AgentKey') || kind === 'AgentCredentialsRevoked') && nodeId !== null)
    return [...node, ['credentials', nodeId]];
  if (kind === 'TokenCreated' || kind === 'TokenRevoked') return [['tokens'], ['join-tokens']];
  if (kind === 'AgentEnrolled' && nodeId !== null) return [...node, ['credentials', nodeId], ['join-tokens']];
  return node;
}

/** Whoever caused them. */
const ALWAYS_AUDITED: ReadonlySet<string> = new Set([
  'AgentEnrolled',
  'AgentKeyRotated',
  'AgentKeySuperseded',
  'AgentCredentialsRevoked',
]);

/** What people and programs do is audited, and so is who gets in; the end of an operation is what came of an entry. */
function isAudited({ kind, actor }: ClientEvent): boolean {
  return (actor.name !== 'agent' && actor.name !== 'server') || ALWAYS_AUDITED.has(kind) || kind === 'OperationEnded';
}

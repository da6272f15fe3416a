/** What other servers have committed, as what memory takes over from a commit of its own. */
import type { RolloutState } from '@sluice/core';
import type { MissedCommits } from '../store/shared-store.ts';
import type { Committed } from './commit-queue.ts';
import { readNode } from './stored-documents.ts';
import { rolloutAfter } from './stored-rollouts.ts';

/** @param rolloutOf As memory has it; `undefined`: it does not. */
export function committedElsewhere(
  missed: MissedCommits,
  rolloutOf: (id: string) => RolloutState | undefined,
): Committed {
  const { nodes, tokens, webhooks, budgets, slots, rollouts, events } = missed;
  return {
    states: new Map(nodes.map(({ nodeId, stored }) => [nodeId, stored === null ? null : readNode(stored)])),
    tokens,
    webhooks,
    budgets,
    slots,
    rollouts: rollouts.map(({ rollout, nodes: changed, isWhole }) => ({
      rollout,
      nodes: changed,
      state: rolloutAfter(isWhole ? undefined : rolloutOf(rollout.id), { rollout, nodes: changed }),
    })),
    events,
  };
}

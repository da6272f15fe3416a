/** What a token's selector leaves of rollouts: those whose nodes all exist for it; and what it may start. */
import type { RolloutSpec } from '@sluice/contract';
import type { Result, RolloutHeader } from '@sluice/core';
import { type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { HttpParts } from './route-context.ts';

/** Nodes that are read at once. */
const NODES_AT_A_TIME = 5000;

/** Whether a rollout exists for them: whoever cannot see one of its nodes is not told of the others. */
export async function seesRollout(
  principal: Principal,
  { fleet, rollouts }: Pick<HttpParts, 'fleet' | 'rollouts'>,
  { id, createdAt }: Pick<RolloutHeader, 'id' | 'createdAt'>,
): Promise<boolean> {
  if (principal.scope === null) return true;
  for (let after = 0; ; after += NODES_AT_A_TIME) {
    const nodes = await rollouts.nodes(id, { after, limit: NODES_AT_A_TIME });
    if (!nodes.every(({ nodeId }) => seesRecord(principal, fleet.node(nodeId), createdAt))) return false;
    if (nodes.length < NODES_AT_A_TIME) return true;
  }
}

/**
 * What they may ask for: a selector finds only nodes that exist for them, now and when others join; a node that is named and does
 * not is answered as if there were none.
 */
export function withinScope(
  principal: Principal,
  spec: RolloutSpec,
  { fleet }: Pick<HttpParts, 'fleet'>,
): Result<RolloutSpec> {
  const { selector: scope } = principal;
  if (scope === null) return { ok: true, value: spec };
  const { all, selector, ...rest } = spec;
  const hidden = (spec.nodeIds ?? []).find((nodeId) => !sees(principal, fleet.node(nodeId)));
  if (hidden !== undefined) {
    const detail = `The fleet has no node '${hidden}'.`;
    return { ok: false, problem: { code: 'rollout-selects-nothing', field: 'nodeIds', detail } };
  }
  if (selector !== undefined) return { ok: true, value: { ...spec, selector: `${scope},${selector}` } };
  return { ok: true, value: all === undefined ? spec : { ...rest, selector: scope } };
}

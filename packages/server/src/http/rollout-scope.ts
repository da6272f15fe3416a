/** What a token's selector leaves of rollouts: those whose nodes all exist for it; and what it may start. */
import type { RolloutSpec } from '@sluice/contract';
import type { Result, RolloutHeader } from '@sluice/core';
import { type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { Looked } from '../rollouts/rollout-node-ids.ts';
import type { HttpParts } from './route-context.ts';

/** Whether a rollout exists for them: whoever cannot see one of its nodes is not told of the others. @param looked Counted up. */
export async function seesRollout(
  principal: Principal,
  { fleet, rollouts }: Pick<HttpParts, 'fleet' | 'rollouts'>,
  header: Pick<RolloutHeader, 'id' | 'revision' | 'createdAt'>,
  looked: Looked = { ids: 0, rows: 0 },
): Promise<boolean> {
  if (principal.scope === null) return true;
  for await (const nodeIds of rollouts.nodeIds.of(header, looked))
    if (!nodeIds.every((nodeId) => seesRecord(principal, fleet.node(nodeId), header.createdAt))) return false;
  return true;
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

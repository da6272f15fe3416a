/** What a token's selector leaves of rollouts: those whose nodes all exist for it, and its own; and what it may start. */
import type { Rollout, RolloutSpec } from '@sluice/contract';
import type { Result, RolloutHeader } from '@sluice/core';
import { type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { Looked } from '../rollouts/rollout-node-ids.ts';
import type { HttpParts } from './route-context.ts';

/**
 * How much of a rollout exists for somebody.
 * - `all`: all of its nodes do.
 * - `part`: not all of its nodes do any more, but it is theirs: they see it without the others, and may stop it.
 * - `none`: whoever cannot see one of its nodes is not told of the others.
 */
export type RolloutSight = 'all' | 'part' | 'none';

/** @param looked Counted up. */
export async function sightOf(
  principal: Principal,
  { fleet, rollouts }: Pick<HttpParts, 'fleet' | 'rollouts'>,
  header: Pick<RolloutHeader, 'id' | 'revision' | 'createdAt' | 'createdBy' | 'scope'>,
  looked: Looked = { ids: 0, rows: 0 },
): Promise<RolloutSight> {
  if (principal.scope === null) return 'all';
  for await (const nodeIds of rollouts.nodeIds.of(header, looked))
    if (!nodeIds.every((nodeId) => seesRecord(principal, fleet.node(nodeId), header.createdAt)))
      return isTheirs(principal, header) ? 'part' : 'none';
  return 'all';
}

/**
 * Whether they started it. Names alone are not of one person or program each: with the same selector as well, whoever else has the
 * name may do no less. So it stays theirs when they come with a new token, or log in again.
 */
function isTheirs({ name, selector }: Principal, { createdBy, scope }: Pick<RolloutHeader, 'createdBy' | 'scope'>) {
  return createdBy === name && scope !== undefined && scope === selector;
}

/** What they are shown of a rollout that exists for them in part: nothing of what may tell of the other nodes. */
export function inPart(rollout: Rollout, isSeen: (nodeId: string) => boolean): Rollout {
  const { pause, waiting, error, spec, newNodes } = rollout;
  return {
    ...rollout,
    pause: pause === null ? null : { ...pause, detail: NOT_TOLD },
    waiting: waiting === null ? null : NOT_TOLD,
    error: error === null ? null : NOT_TOLD,
    spec: spec.nodeIds === undefined ? spec : { ...spec, nodeIds: spec.nodeIds.filter(isSeen) },
    newNodes: newNodes.filter(isSeen),
  };
}

const NOT_TOLD = 'Some of its nodes are not yours any more: why is told to whoever may see all of them.';

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

/** The start of a rollout: one for each request, whatever its repetitions, and other servers that are asked the same, do meanwhile. */
import type { Actor, Problem, RolloutSpec } from '@sluice/contract';
import type { Result, RolloutState } from '@sluice/core';
import { findStarted, type NewRolloutId } from './rollout-id.ts';
import type { RolloutPlans } from './rollout-plans.ts';
import type { RolloutRunner } from './rollout-runner.ts';

/** What somebody wants to start. */
export interface RolloutWish {
  readonly spec: RolloutSpec;
  /** Of the plan that it must still be; absent: whatever it is. */
  readonly planHash?: string | undefined;
  /** The selector of their token; `null`: it has none. */
  readonly scope: string | null;
}

export interface StartParts {
  readonly plans: Pick<RolloutPlans, 'confirm' | 'isFor'>;
  readonly stateOf: (id: string) => Promise<RolloutState | null>;
  /** Has a runner for the id, whether there is such a rollout or not: what other servers make of it, even its end, the runner takes over. */
  readonly runnerOf: (id: string) => Pick<RolloutRunner, 'ask'>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** @param newId Of the new rollout. One that was started under it by the very same request is given instead. */
export async function startRollout(
  newId: NewRolloutId,
  { spec, planHash, scope }: RolloutWish,
  actor: Actor,
  { plans, stateOf, runnerOf, now }: StartParts,
): Promise<Result<RolloutState>> {
  const answer = (state: RolloutState): Result<RolloutState> =>
    plans.isFor(spec, state.header) ? { ok: true, value: state } : anotherRequest(state.header.id);
  const stateFrom = (id: string) => {
    // From before it is read: nothing that is committed meanwhile is missed.
    runnerOf(id);
    return stateOf(id);
  };
  const { id, known } = await findStarted(newId, stateFrom, now);
  if (known !== null) return answer(known);
  const made = await plans.confirm(spec, planHash);
  if (!made.ok) return made;
  const { spec: normal, nodeIds } = made.value;
  const start = { kind: 'StartRollout', id, spec: normal, nodeIds, ...(scope === null ? {} : { scope }) } as const;
  const started = await runnerOf(id).ask(start, actor);
  return started.ok ? answer(started.value) : started;
}

function anotherRequest(id: string): { readonly ok: false; readonly problem: Problem } {
  const detail = `Another rollout was started with this Idempotency-Key before (${id}). Nothing was done.`;
  return { ok: false, problem: { code: 'idempotency-key-reused', field: 'Idempotency-Key', detail } };
}

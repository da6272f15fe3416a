/** How long a rollout would take, as this fleet's history tells of what it does to each node. */
import type { RolloutPlan } from '@sluice/contract';
import type { NodeState } from '../node/node.ts';
import { staysDrained } from './node-command.ts';
import type { DurationHistory, PlanView } from './plan-view.ts';
import type { NormalSpec } from './rollout.ts';

/** @returns `null`: nothing like it was ever done in this fleet, as far as its history goes back. */
export function planDuration(
  spec: NormalSpec,
  nodes: readonly NodeState[],
  maxUnavailable: number,
  budgets: RolloutPlan['budgets'],
  history: PlanView['history'],
): RolloutPlan['duration'] {
  const { command, drainFirst, healthySeconds } = spec;
  const parts: { readonly name: string; readonly took: DurationHistory | null }[] = [];
  if (drainFirst && command.kind !== 'drain') parts.push({ name: 'drain', took: history.drain });
  parts.push({ name: command.kind === 'run' ? command.name : command.kind, took: history.command });
  const told = parts.flatMap(({ name, took }) => (took === null ? [] : [{ name, took }]));
  if (told.length < parts.length) return null;
  const atOnce = placesAtOnce(maxUnavailable, nodes.length, budgets);
  const waves = Math.ceil(nodes.length / atOnce);
  const secondsWith = (ms: (took: DurationHistory) => number) =>
    Math.ceil(waves * (healthySeconds + told.reduce((sum, { took }) => sum + ms(took), 0) / 1000));
  const basis = told.map(({ name, took }) => `${took.samples} of the command ${name}`).join(' and ');
  const back = staysDrained(spec) ? '' : ', without the way back into rotation';
  return {
    expectedSeconds: secondsWith(({ medianMs }) => medianMs),
    pessimisticSeconds: secondsWith(({ p90Ms }) => p90Ms),
    basis: `The durations of ${basis} in this fleet${back}; ${nodes.length} nodes, ${atOnce} at a time, each watched for ${healthySeconds} s; time outside of a window not counted.`,
  };
}

/** As many as the narrowest budget lets through, were its nodes all there are; one at least, since time will make a place. */
function placesAtOnce(maxUnavailable: number, nodes: number, budgets: RolloutPlan['budgets']): number {
  let places = Math.min(maxUnavailable, nodes);
  for (const { allowed, unavailable, binds } of budgets) if (binds) places = Math.min(places, allowed - unavailable);
  return Math.max(1, places);
}

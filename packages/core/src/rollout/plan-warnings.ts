/** What somebody should know before a rollout is started: why it would not begin, fail, or hurt. */
import type { RolloutPlan } from '@sluice/contract';
import { whyUnavailable } from '../budget/unavailable.ts';
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import type { PlanView } from './plan-view.ts';
import type { NormalSpec } from './rollout.ts';
import { NAMED_MAX, namesOf } from './unavailable-nodes.ts';

export function* warningsOf(
  spec: NormalSpec,
  nodes: readonly NodeState[],
  maxUnavailable: number,
  budgets: RolloutPlan['budgets'],
  view: PlanView,
): Iterable<string> {
  const out = nodes.filter((node) => whyUnavailable(node) !== null);
  if (out.length >= maxUnavailable && out.length < nodes.length)
    yield `${named(out, whyUnavailable)} ${out.length === 1 ? 'is' : 'are'} out already, and ${maxUnavailable} may be: nothing else begins before that changes.`;
  for (const { name, allowed, unavailable, detail } of budgets)
    if (unavailable >= allowed) yield `The budget '${name}' has no place left now: ${detail}`;
  const busy = nodes.filter(({ id }) => view.otherRolloutOf(id) !== null);
  if (busy.length > 0)
    yield `${named(busy, ({ id }) => view.otherRolloutOf(id))} ${busy.length === 1 ? 'is' : 'are'} in the hands of another rollout, and waited for.`;
  yield* warningsOfCommand(spec, nodes, view.now);
  if (spec.canary !== undefined && spec.canary >= nodes.length)
    yield `The canary of ${spec.canary} is the whole rollout (${nodes.length}): nobody will be asked for an approval.`;
  if (spec.offline === 'wait' && nodes.some((node) => statusOf(node) === 'offline'))
    yield `It waits for those that are offline, and pauses when nothing else is left to do for ${spec.stallSeconds} s.`;
}

function* warningsOfCommand(
  { command, drainFirst }: NormalSpec,
  nodes: readonly NodeState[],
  now: number,
): Iterable<string> {
  if (command.kind === 'run') {
    const without = nodes.filter(({ commands }) => !commands.some(({ name }) => name === command.name));
    if (without.length > 0)
      yield `${named(without)} ${without.length === 1 ? 'does' : 'do'} not declare the command '${command.name}', and would fail.`;
  }
  if (command.kind === 'reboot') {
    const without = nodes.filter(({ reboot }) => reboot == null);
    if (without.length > 0)
      yield `The agents of ${named(without)} do not allow that their machines are rebooted (section \`reboot\` of agent.yaml): they would fail.`;
  }
  if (command.kind !== 'restart' && command.kind !== 'reboot') return;
  if (!drainFirst) yield 'Nodes are not drained first: the sessions on them end when they are interrupted.';
  const locked = nodes.filter(({ workload }) => workload.locks.some(({ expiresAt }) => expiresAt > now));
  if (locked.length > 0)
    yield `${named(locked)} ${locked.length === 1 ? 'holds' : 'hold'} a lock now, and would fail if it still does at its turn.`;
}

function named(nodes: readonly NodeState[], why: (node: NodeState) => string | null = () => null): string {
  const names = nodes.slice(0, NAMED_MAX).map((node) => {
    const because = why(node);
    return because === null ? node.id : `${node.id} (${because})`;
  });
  return namesOf(names, nodes.length);
}

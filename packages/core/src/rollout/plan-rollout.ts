/** `planRollout`: what a rollout would do if it started now. Nothing is changed. */
import type { Problem, RolloutPlan } from '@sluice/contract';
import { placesOf } from '../budget/places.ts';
import { whyUnavailable } from '../budget/unavailable.ts';
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { refuse, type Result } from '../result.ts';
import { batchOf } from './new-rollout.ts';
import { whatItIsFor } from './newcomers.ts';
import { inOrder } from './order.ts';
import { planDuration } from './plan-duration.ts';
import type { PlannedRollout, PlanView } from './plan-view.ts';
import { warningsOf } from './plan-warnings.ts';
import type { NormalSpec } from './rollout.ts';

/** Ids that a refusal names at most. */
const NAMED_MAX = 5;

export function planRollout(spec: NormalSpec, view: PlanView): Result<PlannedRollout> {
  const selected = selectedNodes(spec, view);
  if (!selected.ok) return selected;
  const specText = canonicalText(spec);
  const nodes = inOrder(selected.value, spec, view.sessionsOf, seedOf(spec, specText));
  const maxUnavailable = placesOf(spec.maxUnavailable, nodes.length);
  const { budgets, definitions } = budgetsOf(nodes, view, maxUnavailable);
  const sessions = nodes.map(({ id }) => view.sessionsOf(id));
  const nodeIds = nodes.map(({ id }) => id);
  const plan: PlannedRollout['plan'] = {
    spec,
    nodes: nodes.length,
    maxUnavailable,
    batches: batchesOf(nodes, spec, view, maxUnavailable),
    skipped: spec.offline === 'skip' ? nodes.filter(isOffline).map(({ id }) => ({ nodeId: id, because: OFFLINE })) : [],
    sessions: sumOf(sessions),
    uncountedNodes: sessions.filter((count) => count === null).length,
    budgets,
    duration: planDuration(spec, nodes, maxUnavailable, budgets, view.history),
    warnings: [...warningsOf(spec, nodes, maxUnavailable, budgets, view)],
  };
  return { ok: true, value: { plan, canonical: canonicalOf(spec, specText, nodeIds, definitions), nodeIds } };
}

const OFFLINE = 'It is offline, and is skipped if it still is at its turn.';

function isOffline(node: NodeState): boolean {
  return statusOf(node) === 'offline';
}

/** Those that are meant, in no order. */
function selectedNodes(spec: NormalSpec, view: PlanView): Result<readonly NodeState[]> {
  const { nodeIds, selector } = spec;
  if (nodeIds === undefined) {
    const isFor = whatItIsFor(spec);
    const nodes: NodeState[] = [];
    for (const node of view.nodes()) if (isFor(node)) nodes.push(node);
    return nodes.length > 0 ? { ok: true, value: nodes } : refuse(selectsNothing(selector));
  }
  const nodes: NodeState[] = [];
  const unknown: string[] = [];
  for (const nodeId of nodeIds) {
    const node = view.node(nodeId);
    if (node === undefined) unknown.push(nodeId);
    else nodes.push(node);
  }
  if (unknown.length === 0) return { ok: true, value: nodes };
  const named = unknown.slice(0, NAMED_MAX).map((nodeId) => `'${nodeId}'`);
  const others = unknown.length - named.length;
  const detail = `The fleet has no node ${named.join(', ')}${others > 0 ? `, nor ${others} others of nodeIds` : ''}.`;
  return refuse({ code: 'rollout-selects-nothing', field: 'nodeIds', detail });
}

function selectsNothing(selector: string | undefined): Problem {
  const code = 'rollout-selects-nothing';
  if (selector === undefined) return { code, field: 'all', detail: 'The fleet has no node.' };
  return { code, field: 'selector', detail: `No node matches '${selector}' now.` };
}

function batchesOf(
  nodes: readonly NodeState[],
  { canary }: NormalSpec,
  view: PlanView,
  batchSize: number,
): RolloutPlan['batches'] {
  const batches: RolloutPlan['batches'] = [];
  for (const [index, node] of nodes.entries()) {
    const number = batchOf(index + 1, batchSize, canary ?? 0);
    const batch = batches[number - 1] ?? { number, nodes: [], sessions: 0 };
    batches[number - 1] = batch;
    const sessions = view.sessionsOf(node.id);
    batch.nodes.push({ id: node.id, status: whyUnavailable(node) ?? 'active', sessions });
    batch.sessions += sessions ?? 0;
  }
  return batches;
}

function sumOf(counts: readonly (number | null)[]): number {
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** The budgets that are for one of the nodes at least. */
function budgetsOf(nodes: readonly NodeState[], view: PlanView, maxUnavailable: number) {
  const budgets: RolloutPlan['budgets'] = [];
  const definitions: string[] = [];
  for (const budget of view.budgets) {
    const own = nodes.reduce((count, node) => (budget.matches(node) ? count + 1 : count), 0);
    if (own === 0) continue;
    const { name, allowed, unavailable, matching, definition } = budget;
    const binds = Math.max(0, allowed - unavailable) < Math.min(maxUnavailable, own);
    budgets.push({ name, allowed, unavailable, matching, binds, detail: budget.inWords() });
    definitions.push(definition);
  }
  return { budgets, definitions };
}

/** Plan and start must shuffle alike. */
function seedOf({ order }: NormalSpec, specText: string): string {
  return order.by === 'random' && order.seed !== undefined ? order.seed : specText;
}

/**
 * What must not have changed between plan and start: what is asked for, which nodes have their turn in which order, and the
 * budgets that are for them. Loads change all the time: of an order by load only which nodes they are.
 */
function canonicalOf(
  { order }: NormalSpec,
  specText: string,
  nodeIds: readonly string[],
  definitions: readonly string[],
): string {
  const ids = order.by === 'least-loaded' ? nodeIds.toSorted() : nodeIds;
  return JSON.stringify([specText, ids, definitions.toSorted()]);
}

/** JSON in which the members of each object stand in the order of their names. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

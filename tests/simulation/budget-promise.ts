/**
 * The promise of budgets: nothing that somebody asked for, unless they forced it with a reason, makes one node more
 * unavailable than a budget allows. What happens by itself may.
 */
import { FleetEvent } from '@sluice/contract';
import { evolve, type NodeState, placesOf, statusOf } from '@sluice/core';
import { Compile } from 'typebox/compile';
import { readNode } from '../../packages/server/src/fleet/stored-documents.ts';
import type { NodeChange, StoredNode } from '../../packages/server/src/store/store.ts';
import type { SimulatedDisk } from './simulated-store.ts';

/** A change of a commit, and the node as it was before it. */
export interface Written {
  readonly change: NodeChange;
  readonly before: StoredNode | null;
}

const fleetEvent = Compile(FleetEvent);

/**
 * After a commit. All budgets of a world are for all nodes.
 * @param client The name of those who ask.
 * @returns What is broken; `null`: nothing.
 */
export function brokenBudget(
  disk: Pick<SimulatedDisk, 'nodes' | 'budgets'>,
  written: readonly Written[],
  client: string,
): string | null {
  const turned = written.map((each) => turnOf(each, client));
  if (!turned.includes('asked')) return null;
  const byItself = turned.filter((turn) => turn === 'by itself').length;
  const out = [...disk.nodes.values()].filter((node) => isOut(readNode(node))).map(({ nodeId }) => nodeId);
  for (const { name, maxUnavailable } of disk.budgets.values()) {
    const allowed = placesOf(maxUnavailable, disk.nodes.size);
    if (out.length - byItself > allowed)
      return `budget '${name}' allows ${allowed} nodes to be unavailable, and by request ${out.join(' and ')} are`;
  }
  return null;
}

/** What made the node unavailable at last; `null`: it was before, or is not. */
function turnOf({ change, before }: Written, client: string): 'asked' | 'by itself' | null {
  let node: NodeState | null = before === null ? null : readNode(before);
  let turn: ReturnType<typeof turnOf> = null;
  let isForced = false;
  for (const { body, at } of change.events) {
    if (!fleetEvent.Check(body)) throw new Error(`this is no event of a node: ${JSON.stringify(body)}`);
    const wasOut = node !== null && isOut(node);
    node = evolve(node, body, change.nodeId, at);
    const isOutNow = node !== null && isOut(node);
    if (body.kind === 'BudgetOverridden') isForced = true;
    if (!isOutNow) turn = null;
    else if (!wasOut)
      turn = !isForced && JSON.stringify(body).includes(`"actor":{"name":"${client}"`) ? 'asked' : 'by itself';
  }
  return turn;
}

/** Told apart from the core's own rule. */
function isOut(node: NodeState): boolean {
  return (
    statusOf(node) !== 'active' ||
    node.operations.some(
      ({ task, endedAt }) =>
        endedAt === null &&
        (task.kind === 'restart' || task.kind === 'reboot' || (task.kind === 'declared' && task.disruptive)),
    )
  );
}

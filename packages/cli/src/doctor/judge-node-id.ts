/** Whether a node's id is its own, from what the server knows of a node with that id. */
import { type Check, fault, fine, type Finding } from '@sluice/core';

const NODE_ID: Check = { check: 'node-id', title: 'Node id' };

export interface NodeIdFacts {
  readonly id: string;
  /** Whether an agent runs here with this configuration. */
  readonly isRunningHere: boolean;
  /** The node as the server has it; `null`: it has none with this id. */
  readonly known: { readonly connected: boolean; readonly ip: string | null } | null;
}

export function judgeNodeId({ id, isRunningHere, known }: NodeIdFacts): Finding {
  if (known === null) return fine(NODE_ID, `${id} is free.`);
  if (isRunningHere || !known.connected) return fine(NODE_ID, `${id} is known to the server.`);
  return fault(
    NODE_ID,
    `an agent is connected as ${id}${known.ip === null ? '' : ` from ${known.ip}`}, and none runs here with this configuration.`,
    'Give one of the two another node.id; a copied machine needs an empty stateDir as well.',
  );
}

/** One command for many nodes: each is asked as if alone, and all that may be done is committed together. */
import { type Operation, type ProblemDocument, problemDocument, type routes } from '@sluice/contract';
import { actorOf, sees } from '../authentication/principal.ts';
import { askOfNode, namedCommand } from './act.ts';
import { noSuchNode } from './nodes.ts';
import { type Handler, value } from './route-context.ts';

interface Item {
  readonly nodeId: string;
  readonly operation: Operation | null;
  readonly problem: ProblemDocument | null;
}

export const runOnNodes: Handler<typeof routes.runOnNodes> = async (request, parts) => {
  const { params, body, principal, once, remoteAddress, requestId } = request;
  const commandOf = namedCommand(params.name, body, principal);
  if (!commandOf.ok) return commandOf;
  const ask = async (nodeId: string): Promise<Item> => {
    const node = parts.fleet.node(nodeId);
    const command = sees(principal, node) ? commandOf.value(nodeId, node) : noSuchNode(nodeId);
    // A repetition is known node by node: of a request that was cut off in the middle, what is missing is done.
    const ofNode = once === null ? null : { ...once, key: `${once.key} ${nodeId}` };
    const answer = command.ok ? await askOfNode(nodeId, { ...request, once: ofNode }, parts, command.value) : command;
    if (answer.ok && answer.value.kind === 'value') return { nodeId, operation: answer.value.value, problem: null };
    if (answer.ok) throw new Error(`${params.name} of ${nodeId} gave no operation`);
    const { problem } = answer;
    parts.refusals.note({
      actor: actorOf(principal, remoteAddress),
      route: 'runOnNodes',
      code: problem.code,
      detail: problem.detail,
      nodeId,
    });
    return { nodeId, operation: null, problem: problemDocument(problem, requestId) };
  };
  const items = await Promise.all([...new Set(body.nodeIds)].map(ask));
  return value({ items });
};

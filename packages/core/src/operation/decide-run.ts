/** Running a command that the node's agent declares: nothing else can be run. */
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { nodeCan } from '../node/can.ts';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { DELIVER_WITHIN_MS } from './operation.ts';
import { requestOperation } from './request.ts';

type RunDeclaredCommand = Extract<Command, { kind: 'RunDeclaredCommand' }>;

export function decideRun(node: NodeState, command: RunDeclaredCommand, context: Context): Result<Decision> {
  const declared = node.commands.find(({ name }) => name === command.name);
  if (declared === undefined) {
    const names = node.commands.map(({ name }) => name);
    return refuse({
      code: 'command-not-found',
      detail: `Node ${node.id} declares no command '${command.name}'${names.length === 0 ? '; it declares none.' : `; it declares ${names.join(', ')}.`}`,
    });
  }
  const refusal = declared.disruptive && !command.force ? nodeCan.beInterrupted(node, context.now) : null;
  if (refusal !== null) return refuse(refusal);
  const operation = requestOperation(context, node.id, {
    command: declared.name,
    task: { kind: 'declared', params: command.params, disruptive: declared.disruptive, force: command.force },
    reason: command.reason,
    status: 'queued',
    phase: null,
    deliverWithinMs: DELIVER_WITHIN_MS,
    deliverBy: context.now + DELIVER_WITHIN_MS,
    executeWithinMs: declared.timeoutMs,
  });
  return decided([{ kind: 'OperationRequested', operation }], operation.id);
}

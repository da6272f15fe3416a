/** The command that each step of a node's way gives to the node. All of them go through the pipeline, without force. */
import type { Command } from '../command.ts';
import {
  holdOf,
  isInFlight,
  type NormalSpec,
  type RolloutHeader,
  type RolloutNodeState,
  type RolloutState,
  type RolloutStepName,
} from './rollout.ts';
import type { RolloutNodeCommand } from './rollout-view.ts';

/** Where the way of each node begins. */
export function firstStepOf({ command, drainFirst }: NormalSpec): RolloutStepName {
  if (command.kind === 'undrain') return 'undraining';
  return command.kind === 'drain' || drainFirst ? 'draining' : 'acting';
}

/** Whether nodes stay out of rotation, under the rollout's hold, once they have succeeded. */
export function staysDrained({ command, drainFirst, undrainAfter }: NormalSpec): boolean {
  return command.kind === 'drain' || (command.kind !== 'undrain' && drainFirst && !undrainAfter);
}

/** The commands that nobody has answered yet. */
export function unansweredCommands({ header, nodes, inFlight }: RolloutState): readonly RolloutNodeCommand[] {
  const commands: RolloutNodeCommand[] = [];
  for (const position of inFlight) {
    const node = nodes[position - 1];
    if (node === undefined || node.operationId !== null || !isInFlight(node.status)) continue;
    const command = commandOf(header, node.status);
    if (command === null) continue;
    const { nodeId, attempt, status } = node;
    const key = keyOf(header.id, node);
    commands.push({ nodeId, attempt, status, key, command, isWithdrawn: isWithdrawn(header, status) });
  }
  return commands;
}

/** Whether a command that a step gave is wanted as the rollout is now: it may have been cancelled since, or the node given back. */
export function isStillWanted(
  { header, nodes, positions }: RolloutState,
  { nodeId, attempt, status }: Pick<RolloutNodeCommand, 'nodeId' | 'attempt' | 'status'>,
): boolean {
  const position = positions.get(nodeId);
  const node = position === undefined ? undefined : nodes[position - 1];
  if (node?.attempt !== attempt || node.status !== status || node.operationId !== null) return false;
  return !isWithdrawn(header, status);
}

/** After a cancel nothing new begins: neither an act that nobody knows to have been asked for, nor the undrain that a rollout is for. */
function isWithdrawn({ ending, spec }: RolloutHeader, step: RolloutStepName): boolean {
  return ending?.as === 'cancelled' && (step === 'acting' || spec.command.kind === 'undrain');
}

/** What a step of a node is recognised by when it is asked for again after a crash. */
function keyOf(rolloutId: string, { nodeId, attempt, status }: RolloutNodeState): string {
  return `rollout/${rolloutId}/${nodeId}/${attempt}/${status}`;
}

/** `null`: settling is only watched. */
export function commandOf({ id, spec }: RolloutHeader, step: RolloutStepName): Command | null {
  const reason = spec.reason ?? spec.name ?? null;
  switch (step) {
    case 'draining': {
      const { drainTimeoutSeconds, onDeadline } = spec;
      const timeoutMs = drainTimeoutSeconds * 1000;
      return { kind: 'DrainNode', hold: holdOf(id), timeoutMs, onDeadline, expiresInMs: null, force: false, reason };
    }
    case 'acting': {
      // Who released the hold meanwhile has said: not this node.
      const condition = firstStepOf(spec) === 'draining' ? { onlyWhileHeldBy: holdOf(id) } : {};
      return actOf(spec, { reason, force: false, ...condition });
    }
    case 'undraining': {
      const hold = spec.command.kind === 'undrain' ? (spec.command.hold ?? 'operator') : holdOf(id);
      return { kind: 'ReleaseHold', hold: hold === '*' ? null : hold, reason };
    }
    case 'settling':
      return null;
  }
}

/** The rollout drains by itself, under its own hold: what it asks for does not drain once more. */
function actOf(
  { command }: NormalSpec,
  asked: Pick<Extract<Command, { kind: 'RestartWorkload' }>, 'reason' | 'force' | 'onlyWhileHeldBy'>,
): Command | null {
  switch (command.kind) {
    case 'restart': {
      const graceMs = command.graceSeconds === undefined ? null : command.graceSeconds * 1000;
      return { kind: 'RestartWorkload', graceMs, executeWithinMs: null, drainFirst: null, ...asked };
    }
    case 'run':
      return { kind: 'RunDeclaredCommand', name: command.name, params: command.params ?? {}, ...asked };
    case 'reboot':
      return { kind: 'RebootMachine', drainFirst: null, undrainAfter: true, ...asked };
    case 'drain':
    case 'undrain':
      return null;
  }
}

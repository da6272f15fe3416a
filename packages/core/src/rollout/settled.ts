/** Whether a node is as it should be once its command has succeeded. */
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { holdOf, type RolloutHeader } from './rollout.ts';

/**
 * In rotation it must be active. Where somebody holds it out of rotation (this rollout, or a person from before), its workload
 * must be healthy; of a drain nothing is asked but that nobody is left on it, since it starts nothing.
 * @returns Why it is not, for the end of a sentence; `null`: it is as it should be.
 */
export function whyNotSettled(node: NodeState, { id, spec }: RolloutHeader): string | null {
  const status = statusOf(node);
  if (spec.command.kind === 'drain') return status === 'drained' ? null : `it is ${status}`;
  if (status === 'offline' || status === 'restarting') return `it is ${status}`;
  const { healthy, phase, problem } = node.workload;
  if (healthy !== true || phase !== 'running')
    return `its workload is not healthy${problem === null ? '' : ` (${problem})`}`;
  const isOursStill = node.holds.some(({ name }) => name === holdOf(id));
  return isOursStill && status !== 'drained' ? `it is ${status}` : null;
}

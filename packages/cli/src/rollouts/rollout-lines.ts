/** What has happened to a rollout since it was looked at last, a line for each: where no terminal shows a picture. */
import { isEnded } from '@sluice/core';
import { countInWords } from '../output/count-in-words.ts';
import { nodeInWords } from './node-in-words.ts';
import { doneInWords, hindranceInWords, nextCommands } from './rollout-in-words.ts';
import type { RolloutView } from './rollout-view.ts';
import { subjectInWords } from './spec-in-words.ts';

/** @param before `null`: this is the first look; then it is told how everything stands that is under way. */
export function rolloutLines(before: RolloutView | null, now: RolloutView): readonly string[] {
  const { rollout } = now;
  const { spec, counts, status, id } = rollout;
  const lines: string[] = [];
  if (before === null) lines.push(`${id}: ${subjectInWords(spec, counts.nodes)}, ${status}; ${doneInWords(rollout)}`);
  for (const node of [...now.nodes.values()].toSorted((a, b) => a.position - b.position)) {
    const known = before?.nodes.get(node.position);
    const isOld = known?.status === node.status && known.detail === node.detail && known.attempt === node.attempt;
    // Those that have ended before the first look are in its counts, and those that wait have nothing to tell.
    const isQuiet = known === undefined && (node.status === 'pending' || (before === null && node.endedAt !== null));
    if (!isOld && !isQuiet) lines.push(`${node.nodeId}: ${nodeInWords(node, spec.command)}`);
  }
  const more = rollout.newNodesCount - (before?.rollout.newNodesCount ?? 0);
  if (more > 0) lines.push(`${countInWords(more, 'new node')} that it selects, not taken`);
  const hindrance = hindranceInWords(rollout);
  const knownHindrance = before === null ? null : hindranceInWords(before.rollout);
  if (hindrance !== null && hindrance !== knownHindrance) {
    lines.push(hindrance, ...nextCommands(rollout).map((command) => `→ ${command}`));
  } else if (before !== null && before.rollout.status !== status && !isEnded({ status })) {
    lines.push(status === 'running' ? 'Goes on.' : `${id}: ${status}`);
  }
  return lines;
}

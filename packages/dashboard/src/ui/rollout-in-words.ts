/** A rollout in a few words: what is done, to which nodes, and what has come of it. */
import type { Rollout, RolloutCommand, RolloutSpec } from '@sluice/contract';
import { BAR_PARTS } from '../fleet-view/rollout-progress.ts';
import { targetOfSpec } from '../fleet-view/rollout-target.ts';
import type { Words } from '../i18n/words.tsx';

/** Its name, or what it does to which nodes. */
export function rolloutTitle({ name, ...spec }: RolloutSpec, words: Words): string {
  return name ?? words.rollouts.titleOf(commandInWords(spec.command, words), targetInWords(spec, words));
}

export function commandInWords(command: RolloutCommand, { rollouts }: Words): string {
  return command.kind === 'run' ? command.name : rollouts.commands[command.kind];
}

export function targetInWords(spec: RolloutSpec, { rollouts: { ofTarget } }: Words): string {
  const target = targetOfSpec(spec);
  switch (target.kind) {
    case 'all':
      return ofTarget.all;
    case 'selector':
      return ofTarget.selector(target.selector);
    case 'nodes': {
      const [first] = target.nodeIds;
      return target.nodeIds.length === 1 && first !== undefined ? first : ofTarget.nodes(target.nodeIds.length);
    }
  }
}

/** What there is none of is left out. */
export function countsInWords(counts: Rollout['counts'], { rollouts }: Words): string {
  const parts = BAR_PARTS.filter((part) => counts[part] > 0).map((part) => rollouts.countOf[part](counts[part]));
  return parts.length === 0 ? rollouts.countNodes(counts.nodes) : parts.join(' · ');
}

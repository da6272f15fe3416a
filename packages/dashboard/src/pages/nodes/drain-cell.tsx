/** How a drain gets on, in the width of a cell. */
import type { Node } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { useNow } from '../../ui/use-now.ts';

export function DrainCell({ node: { drain, status } }: { readonly node: Node }) {
  return drain === null || status !== 'draining' ? null : <Progress drain={drain} />;
}

function Progress({ drain }: { readonly drain: NonNullable<Node['drain']> }) {
  const words = useWords();
  const now = useNow();
  const { sessionsRemaining, sessionsAtStart, deadlineAt, problem } = drain;
  if (problem !== null) return <>{problem}</>;
  const left = deadlineAt === null ? null : Date.parse(deadlineAt) - now;
  const parts = [
    sessionsRemaining === null ? null : words.nodes.sessionsLeft(sessionsRemaining, sessionsAtStart),
    left === null ? null : left <= 0 ? words.nodes.deadlinePassed : words.nodes.deadlineIn(words.durations.in(left)),
  ];
  return <>{parts.filter((part) => part !== null).join(' · ')}</>;
}

/** How long an operation took, or has taken by now; nothing while it has not begun. */
import type { Operation } from '@sluice/contract';
import { useWords } from '../i18n/words.tsx';
import { useNow } from './use-now.ts';

export function Took({ operation: { startedAt, endedAt } }: { readonly operation: Operation }) {
  const words = useWords();
  const now = useNow();
  if (startedAt === null) return <>{words.durations.none}</>;
  const until = endedAt === null ? now : Date.parse(endedAt);
  return <>{words.durations.duration(Math.max(0, until - Date.parse(startedAt)))}</>;
}

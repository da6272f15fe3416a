/** How far a rollout is, as a bar: each part is a share of its nodes, with a colour and a pattern of its own. */
import type { Rollout } from '@sluice/contract';
import { BAR_PARTS, percentDone } from '../fleet-view/rollout-progress.ts';
import { useWords } from '../i18n/words.tsx';
import styles from './rollout-bar.module.css';
import { countsInWords } from './rollout-in-words.ts';

export function RolloutBar({ counts }: { readonly counts: Rollout['counts'] }) {
  const words = useWords();
  const percent = percentDone(counts);
  return (
    <div
      className={styles['bar']}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-label={words.rollouts.barOf(percent, countsInWords(counts, words))}
    >
      {BAR_PARTS.filter((part) => counts[part] > 0).map((part) => (
        <span key={part} data-part={part} style={{ flexGrow: counts[part] }} />
      ))}
    </div>
  );
}

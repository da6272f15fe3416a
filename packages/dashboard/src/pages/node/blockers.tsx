/** Which sessions a drain waits for, where the workload names them: those that have stayed longest first. */
import type { DrainView } from '@sluice/contract';
import { useState } from 'react';
import { useWords } from '../../i18n/words.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import styles from './drain-progress.module.css';

/** As many as are read at a glance. */
const SHOWN_AT_FIRST = 8;

export function Blockers({ drain: { blockers, sessionsRemaining } }: { readonly drain: DrainView }) {
  const words = useWords();
  const [isWhole, setWhole] = useState(false);
  const { drainOf } = words.node;
  if (blockers.length === 0) return null;
  const sorted = blockers.toSorted((one, other) => (other.ageMs ?? 0) - (one.ageMs ?? 0));
  const shown = isWhole ? sorted : sorted.slice(0, SHOWN_AT_FIRST);
  return (
    <div>
      <h3 className={styles['sub']}>{drainOf.waitsFor(Math.max(blockers.length, sessionsRemaining ?? 0))}</h3>
      <ul className={styles['rows']}>
        {shown.map(({ id, ageMs }) => (
          <li key={id}>
            <code>{id}</code>
            {ageMs !== undefined && (
              <span className={styles['soft']}>{drainOf.blockerAge(words.durations.duration(ageMs))}</span>
            )}
          </li>
        ))}
      </ul>
      {shown.length < sorted.length && <MoreButton onClick={() => setWhole(true)} />}
    </div>
  );
}

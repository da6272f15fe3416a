/** Rollouts under way, each with its bar, what it waits for, and when it is expected to end. */
import type { Rollout } from '@sluice/contract';
import { Link } from 'react-router';
import { batchNow, doneOf } from '../../fleet-view/rollout-progress.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { RolloutBar } from '../../ui/rollout-bar.tsx';
import { countsInWords, rolloutTitle } from '../../ui/rollout-in-words.ts';
import { RolloutStatusMark } from '../../ui/status-mark.tsx';
import { useSteady } from '../../ui/use-steady.ts';
import { When } from '../../ui/when.tsx';
import styles from './rollouts-page.module.css';

export function UnderWayList({ rollouts }: { readonly rollouts: readonly Rollout[] }) {
  const { shown, aiming } = useSteady(rollouts, ({ id }) => id);
  return (
    <ul className={styles['cards']} {...aiming}>
      {shown.map((rollout) => (
        <li key={rollout.id}>
          <Card rollout={rollout} />
        </li>
      ))}
    </ul>
  );
}

function Card({ rollout }: { readonly rollout: Rollout }) {
  const words = useWords();
  const { id, status, spec, counts, createdBy, createdAt, expectedEndAt } = rollout;
  const state = stateInWords(rollout, words);
  return (
    <article className={styles['card']} aria-label={rolloutTitle(spec, words)}>
      <div className={styles['line']}>
        <h3>
          <Link to={paths.rollout(id)}>{rolloutTitle(spec, words)}</Link>
        </h3>
        <RolloutStatusMark status={status} />
        <span className={styles['soft']}>
          {words.fleet.by(createdBy)}, <When at={createdAt} />
        </span>
      </div>
      <RolloutBar counts={counts} />
      <div className={styles['line']}>
        <span>{words.rollouts.doneOf(doneOf(counts), counts.nodes)}</span>
        <span className={styles['soft']}>{countsInWords(counts, words)}</span>
        {batchNow(rollout.batches) !== null && (
          <span className={styles['soft']}>
            {words.rollouts.batchOf(batchNow(rollout.batches) ?? 0, rollout.batches.length)}
          </span>
        )}
        {status === 'running' && expectedEndAt !== null && (
          <span className={styles['soft']}>
            {words.rollouts.ends} <When at={expectedEndAt} />
          </span>
        )}
      </div>
      {state !== null && <p className={status === 'paused' ? styles['paused'] : undefined}>{state}</p>}
    </article>
  );
}

function stateInWords({ status, pause, waiting }: Rollout, words: Words): string | null {
  if (status === 'paused' && pause !== null) return `${words.rollouts.pausedBecause[pause.because]}. ${pause.detail}`;
  if (status === 'cancelling') return words.rollouts.cancellingText;
  return waiting;
}

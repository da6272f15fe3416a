/** Rollouts that wait for a person: they do not go on by themselves, and half of the fleet may be another than the other half. */
import type { Rollout } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { rolloutTitle } from '../../ui/rollout-in-words.ts';
import { RolloutStatusMark } from '../../ui/status-mark.tsx';
import styles from './attention-list.module.css';

const PAUSED = { status: 'paused' };

export function usePausedRollouts(): readonly Rollout[] {
  const api = useApi();
  const { data } = useQuery({
    queryKey: queryKeys.pausedRollouts,
    queryFn: async ({ signal }) => valueIn(await api.listRollouts({ query: PAUSED, signal })).items,
  });
  return data ?? [];
}

export function PausedRollouts({ rollouts }: { readonly rollouts: readonly Rollout[] }) {
  const words = useWords();
  if (rollouts.length === 0) return null;
  return (
    <ul className={styles['list']}>
      {rollouts.map(({ id, status, spec, pause }) => (
        <li key={id}>
          <RolloutStatusMark status={status} />
          <span>
            <Link to={paths.rollout(id)}>{rolloutTitle(spec, words)}</Link>
            {pause !== null && `: ${words.rollouts.pausedBecause[pause.because]}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

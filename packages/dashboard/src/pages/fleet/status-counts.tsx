/** How many nodes there are of each status; each count leads to those nodes. */
import { NODE_STATUSES } from '@sluice/contract';
import { Link } from 'react-router';
import type { FleetCounts } from '../../fleet-view/count-by-status.ts';
import { useLanguage } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import styles from './status-counts.module.css';

export function StatusCounts({ counts }: { readonly counts: FleetCounts }) {
  const { words, language } = useLanguage();
  const number = (count: number) => count.toLocaleString(language);
  return (
    <ul className={styles['counts']} aria-label={words.fleet.byStatus}>
      {NODE_STATUSES.map((status) => {
        const count = counts.byStatus.get(status) ?? 0;
        return (
          <li key={status}>
            <Link to={`${paths.nodes()}?status=${status}`} className={styles['count'] ?? ''} data-none={count === 0}>
              <span className={styles['number']}>{number(count)}</span>
              <NodeStatusMark status={status} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

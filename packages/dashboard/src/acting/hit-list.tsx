/** Exactly what will be hit: every node, as it is now, and how many sessions are on all of them. */
import type { Node } from '@sluice/contract';
import { isProduction } from '../fleet-view/confirmation.ts';
import { useWords } from '../i18n/words.tsx';
import { NodeStatusMark } from '../ui/status-mark.tsx';
import styles from './hit-list.module.css';

export function HitList({ nodes }: { readonly nodes: readonly Node[] }) {
  const words = useWords();
  const sessions = nodes.reduce((sum, { load }) => sum + (load.sessions ?? 0), 0);
  const uncounted = nodes.filter(({ load }) => load.sessions === null).length;
  return (
    <div>
      <p className={styles['sum']}>
        {words.actions.hit(nodes.length, sessions)}
        {uncounted > 0 && ` · ${words.actions.hitUncounted(uncounted)}`}
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <ul className={styles['list']} tabIndex={0} aria-label={words.actions.nodes(nodes.length)}>
        {nodes.map((node) => (
          <li key={node.id}>
            <span>
              <bdi>{node.id}</bdi>{' '}
              {isProduction(node) && <strong className={styles['production']}>{words.actions.production}</strong>}
            </span>
            <NodeStatusMark status={node.status} />
            <span className={styles['sessions']}>
              {node.load.sessions === null ? words.durations.unknown : words.actions.sessions(node.load.sessions)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

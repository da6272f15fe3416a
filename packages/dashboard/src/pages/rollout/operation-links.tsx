/** What was asked of a node for a rollout, step by step: a link for each. */
import type { RolloutNode } from '@sluice/contract';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import styles from './operation-links.module.css';

export function OperationLinks({ node: { nodeId, operationIds } }: { readonly node: RolloutNode }) {
  const words = useWords();
  return (
    <>
      {operationIds.map((id, index) => (
        <span key={id}>
          {index > 0 && ' '}
          <Link
            className={styles['link']}
            to={paths.operation(id)}
            aria-label={words.rollouts.operationOf(index + 1, nodeId)}
          >
            {index + 1}
          </Link>
        </span>
      ))}
    </>
  );
}

/** The nodes that failed, and those that were skipped: why, and where to look. */
import type { RolloutNode } from '@sluice/contract';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { RolloutNodeStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';
import styles from './failed-nodes.module.css';
import { OperationLinks } from './operation-links.tsx';

/** Nodes that are listed at first. */
const SHOWN_MAX = 10;

interface FailedNodesProps {
  readonly rolloutId: string;
  readonly nodes: readonly RolloutNode[];
}

export function FailedNodes({ rolloutId, nodes }: FailedNodesProps) {
  const words = useWords();
  const [shownMax, setShownMax] = useState(SHOWN_MAX);
  const failed = useMemo(() => nodes.filter(({ status }) => status === 'failed'), [nodes]);
  const skipped = useMemo(() => nodes.filter(({ status }) => status === 'skipped'), [nodes]);
  const all = [...failed, ...skipped];
  return (
    <Section title={words.rollouts.failedNodes}>
      {all.length === 0 && <p>{words.rollouts.failedNodesNone}</p>}
      {failed.length > 0 && <p className={styles['soft']}>{words.rollouts.failedHold(`rollout/${rolloutId}`)}</p>}
      <ul className={styles['nodes']}>
        {all.slice(0, shownMax).map((node) => (
          <li key={node.nodeId}>
            <div className={styles['line']}>
              <Link to={paths.node(node.nodeId)}>{node.nodeId}</Link>
              <RolloutNodeStatusMark status={node.status} />
              {node.attempt > 1 && <span className={styles['soft']}>{words.rollouts.attempt(node.attempt)}</span>}
            </div>
            {node.detail !== null && <p>{node.detail}</p>}
            <p className={styles['soft']}>
              {node.endedAt !== null && <When at={node.endedAt} />}{' '}
              {node.operationIds.length > 0 && (
                <>
                  · {words.shell.operations} <OperationLinks node={node} />
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
      {all.length > shownMax && <MoreButton onClick={() => setShownMax(shownMax + 4 * SHOWN_MAX)} />}
    </Section>
  );
}

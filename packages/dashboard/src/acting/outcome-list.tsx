/** What came of asking, node by node: those that were refused first. */
import { Link } from 'react-router';
import { useWords } from '../i18n/words.tsx';
import { paths } from '../paths.ts';
import { OperationStatusMark } from '../ui/status-mark.tsx';
import styles from './outcome-list.module.css';
import type { Outcome } from './use-act-on-nodes.ts';

export function OutcomeList({ outcomes }: { readonly outcomes: readonly Outcome[] }) {
  const words = useWords();
  const refused = outcomes.filter(({ operation }) => operation === null);
  const begun = outcomes.filter(({ operation }) => operation !== null);
  return (
    <div role="status" className={styles['outcomes']}>
      {refused.length > 0 && <h2>{words.actions.result.refused(refused.length)}</h2>}
      <ul>
        {refused.map(({ nodeId, problem }) => (
          <li key={nodeId}>
            <Link to={paths.node(nodeId)}>{nodeId}</Link>
            <span className={styles['problem']}>
              {problem?.detail} {problem !== null && words.problems.whatToDo(problem.code, problem.whatToDo)}
            </span>
          </li>
        ))}
      </ul>
      {begun.length > 0 && <h2>{words.actions.result.begun(begun.length)}</h2>}
      <ul>
        {begun.map(({ nodeId, operation }) => (
          <li key={nodeId}>
            <Link to={paths.node(nodeId)}>{nodeId}</Link>
            {operation !== null && (
              <span>
                <OperationStatusMark status={operation.status} />{' '}
                <Link to={paths.operation(operation.id)}>{words.actions.seeOperation}</Link>
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One operation of the node: how far it is, what it writes, what came of it, and the button that cancels it. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { Link } from 'react-router';
import { CancelButton } from '../../acting/cancel-button.tsx';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { operationInWords } from '../../ui/operation-in-words.ts';
import { OperationOutput } from '../../ui/operation-output.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';
import { ConfirmButton } from '../../acting/confirm-button.tsx';
import styles from './operation-card.module.css';

export function OperationCard({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const { id, command, status, requestedBy, createdAt, deliverBy, deadlineAt, reason, error } = operation;
  const { confirmationNeeded, cancelRequested } = operation;
  const hasEnded = isTerminal(status);
  return (
    <div className={styles['card']}>
      <div className={styles['head']}>
        <Link to={paths.operation(id)}>{command}</Link>
        <OperationStatusMark status={status} />
        {!hasEnded && <span>{operationInWords(operation, words).join(' · ')}</span>}
        <span className={styles['soft']}>
          {words.node.byWhom(requestedBy)}, <When at={createdAt} />
          {status === 'queued' && deliverBy !== null && (
            <>
              ; {words.node.waitsUntil} <When at={deliverBy} />
            </>
          )}
          {status === 'running' && deadlineAt !== null && (
            <>
              ; {words.node.mustEnd} <When at={deadlineAt} />
            </>
          )}
        </span>
        {!hasEnded && <CancelButton operation={operation} />}
      </div>
      {reason !== null && <p className={styles['soft']}>{reason}</p>}
      {confirmationNeeded !== null && !hasEnded && (
        <p className={styles['warning']}>
          {confirmationNeeded} <ConfirmButton operationId={id} />
        </p>
      )}
      {cancelRequested !== null && !hasEnded && <p>{words.node.cancelAsked(cancelRequested.by)}</p>}
      {hasEnded && (
        <p className={error === null ? undefined : styles['error']}>{operationInWords(operation, words).join(' · ')}</p>
      )}
      <OperationOutput operation={operation} />
    </div>
  );
}

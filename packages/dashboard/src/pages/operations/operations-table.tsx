/** Operations as lines, of which none moves while somebody aims at one. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { CancelButton } from '../../acting/cancel-button.tsx';
import { CancelDialog } from '../../acting/cancel-dialog.tsx';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { operationInWords } from '../../ui/operation-in-words.ts';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import { Took } from '../../ui/took.tsx';
import { useSteady } from '../../ui/use-steady.ts';
import { When } from '../../ui/when.tsx';
import styles from './operations-page.module.css';

interface OperationsTableProps {
  readonly operations: readonly Operation[];
  /** Below the lines. */
  readonly children: ReactNode;
}

export function OperationsTable({ operations, children }: OperationsTableProps) {
  const words = useWords();
  const { shown, isOutdated, aiming } = useSteady(operations, ({ id }) => id);
  const [asked, setAsked] = useState<Operation | null>(null);
  return (
    <Section
      title={words.operations.title}
      aside={
        <span className={styles['waiting']} role="status">
          {isOutdated && words.fleet.waiting}
        </span>
      }
    >
      <PlainTable
        label={words.operations.title}
        rows={shown}
        keyOf={({ id }) => id}
        aiming={aiming}
        columns={[
          {
            title: words.operations.command,
            cell: ({ id, command }) => <Link to={paths.operation(id)}>{command}</Link>,
          },
          { title: words.operations.node, cell: ({ nodeId }) => <Link to={paths.node(nodeId)}>{nodeId}</Link> },
          { title: words.operations.status, cell: ({ status }) => <OperationStatusMark status={status} /> },
          {
            title: words.operations.result,
            isLong: true,
            cell: (operation) => <InWords operation={operation} />,
          },
          { title: words.operations.took, cell: (operation) => <Took operation={operation} /> },
          { title: words.operations.by, cell: ({ requestedBy }) => requestedBy },
          { title: words.operations.created, cell: ({ createdAt }) => <When at={createdAt} /> },
          { title: words.operations.reason, isLong: true, cell: ({ reason }) => reason },
          {
            title: words.operations.cancelColumn,
            cell: (operation) =>
              isTerminal(operation.status) ? null : (
                <CancelButton operation={operation} ask={() => setAsked(operation)} />
              ),
          },
        ]}
      />
      {asked !== null && (
        <CancelDialog operation={operations.find(({ id }) => id === asked.id) ?? asked} close={() => setAsked(null)} />
      )}
      {children}
    </Section>
  );
}

function InWords({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const { confirmationNeeded, status } = operation;
  if (confirmationNeeded !== null && !isTerminal(status))
    return <strong className={styles['warning']}>{words.operations.confirmTitle}</strong>;
  const text = operationInWords(operation, words).join(' · ');
  return (
    <span className={styles['words']} title={text}>
      {text}
    </span>
  );
}

/** The audit as lines, of which none moves while somebody aims at one; each opens whole. */
import type { AuditEntry } from '@sluice/contract';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { auditSubject, rolloutOf } from '../../fleet-view/audit-subject.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { useSteady } from '../../ui/use-steady.ts';
import { When } from '../../ui/when.tsx';
import { actionInWords } from './action-in-words.ts';
import { AuditEntryDialog } from './audit-entry-dialog.tsx';
import styles from './audit-page.module.css';
import { AuditResult } from './audit-result.tsx';

interface AuditTableProps {
  readonly entries: readonly AuditEntry[];
  /** Below the lines. */
  readonly children: ReactNode;
}

export function AuditTable({ entries, children }: AuditTableProps) {
  const words = useWords();
  const { shown, isOutdated, aiming } = useSteady(entries, ({ sequence }) => String(sequence));
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  return (
    <Section
      title={words.audit.entries}
      aside={
        <span className={styles['waiting']} role="status">
          {isOutdated && words.fleet.waiting}
        </span>
      }
    >
      <PlainTable
        label={words.audit.title}
        rows={shown}
        keyOf={({ sequence }) => String(sequence)}
        aiming={aiming}
        columns={[
          { title: words.audit.at, cell: ({ at }) => <When at={at} /> },
          { title: words.audit.who, cell: ({ actor }) => actor.name },
          { title: words.audit.what, isLong: true, cell: (entry) => <What entry={entry} /> },
          {
            title: words.audit.node,
            cell: ({ nodeId }) => (nodeId === null ? null : <Link to={paths.node(nodeId)}>{nodeId}</Link>),
          },
          { title: words.audit.result, isLong: true, cell: (entry) => <AuditResult entry={entry} /> },
          { title: words.audit.from, cell: ({ actor }) => actor.address },
          {
            title: words.audit.change,
            cell: (entry) => (
              <Button size="small" aria-label={words.audit.showOf(entry.sequence)} onClick={() => setOpened(entry)}>
                {words.audit.show}
              </Button>
            ),
          },
        ]}
      />
      {opened !== null && <AuditEntryDialog entry={opened} close={() => setOpened(null)} />}
      {children}
    </Section>
  );
}

/** The name is what `sluice audit list --action` takes. */
function What({ entry }: { readonly entry: AuditEntry }) {
  const words = useWords();
  const { action, operationId } = entry;
  const subject = auditSubject(entry, action);
  const done = actionInWords(action, words);
  const text = subject === null ? done : `${done}: ${subject}`;
  const rolloutId = rolloutOf(entry, action);
  if (rolloutId !== null)
    return (
      <Link to={paths.rollout(rolloutId)} title={action}>
        {text}
      </Link>
    );
  if (operationId === null) return <span title={action}>{text}</span>;
  return (
    <Link to={paths.operation(operationId)} title={action}>
      {text}
    </Link>
  );
}

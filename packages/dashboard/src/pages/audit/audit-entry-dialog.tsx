/** One entry of the audit, whole: both values of what was changed, who it was, and what vouches for it. */
import type { AuditEntry, Json } from '@sluice/contract';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { Facts } from '../../ui/facts.tsx';
import { When } from '../../ui/when.tsx';
import { actionInWords } from './action-in-words.ts';
import styles from './audit-page.module.css';
import { AuditResult } from './audit-result.tsx';

interface AuditEntryDialogProps {
  readonly entry: AuditEntry;
  readonly close: () => void;
}

export function AuditEntryDialog({ entry, close }: AuditEntryDialogProps) {
  const words = useWords();
  const { sequence, at, actor, action, nodeId, operationId, result, hash, previousHash } = entry;
  return (
    <Dialog title={words.audit.entryOf(sequence)} width={760} close={close}>
      <div className={styles['entry']}>
        <Facts
          facts={[
            [words.audit.at, <When key="at" at={at} />],
            [words.audit.who, actor.name],
            [words.audit.from, actor.address],
            [words.audit.token, actor.tokenId ?? null],
            [
              words.audit.what,
              <span key="what">
                {actionInWords(action, words)} <code>{action}</code>
              </span>,
            ],
            [
              words.audit.node,
              nodeId === null ? null : (
                <Link key="node" to={paths.node(nodeId)}>
                  {nodeId}
                </Link>
              ),
            ],
            [
              words.actions.seeOperation,
              operationId === null ? null : (
                <Link key="operation" to={paths.operation(operationId)}>
                  {operationId}
                </Link>
              ),
            ],
            [words.audit.result, <AuditResult key="result" entry={entry} />],
            [words.audit.detail, result.status === 'refused' ? result.code : result.detail],
          ]}
        />
        <Change before={entry.before} after={entry.after} />
        <Hash name={words.audit.hash} hash={hash} />
        <Hash name={words.audit.previousHash} hash={previousHash} />
      </div>
    </Dialog>
  );
}

function Hash({ name, hash }: { readonly name: string; readonly hash: string | null }) {
  const words = useWords();
  return (
    <p className={styles['hash']}>
      {name}: {hash === null ? words.audit.unhashed : <code>{hash}</code>}
    </p>
  );
}

function Change({ before, after }: Pick<AuditEntry, 'before' | 'after'>) {
  const words = useWords();
  if (before === null && after === null) return <p>{words.audit.unchanged}</p>;
  return (
    <>
      <div className={styles['values']}>
        <Value title={words.audit.before} value={before} />
        <Value title={words.audit.after} value={after} />
      </div>
      {before !== null && after !== null && <DiffView before={textOf(before)} after={textOf(after)} />}
    </>
  );
}

function Value({ title, value }: { readonly title: string; readonly value: Json }) {
  const words = useWords();
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>{value === null ? words.audit.nothing : textOf(value)}</pre>
    </section>
  );
}

function textOf(value: Json): string {
  return JSON.stringify(value, null, 2);
}

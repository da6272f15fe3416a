/** What came of it: done, refused and why, or how the operation stands now. */
import type { AuditEntry } from '@sluice/contract';
import { OPERATION_STATUSES } from '../../fleet-view/operation-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import styles from './audit-page.module.css';

export function AuditResult({ entry: { result } }: { readonly entry: AuditEntry }) {
  const words = useWords();
  const status = OPERATION_STATUSES.find((each) => each === result.status);
  if (status !== undefined) return <OperationStatusMark status={status} />;
  if (result.status === 'done') return words.audit.done;
  if (result.status === 'damaged') return <strong className={styles['refused']}>{words.audit.damaged}</strong>;
  if (result.status !== 'refused') return result.status;
  return (
    <span>
      <strong className={styles['refused']}>{words.audit.refused}</strong>
      {result.count > 1 && ` (${words.audit.times(result.count)})`}: {result.detail ?? result.code}
    </span>
  );
}

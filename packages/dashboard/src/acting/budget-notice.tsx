/** Before a budget is overridden: the arithmetic by which it refused, each kind once, and what forcing does. */
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import type { Outcome } from './use-act-on-nodes.ts';
import { Notice } from '../ui/notice.tsx';

/** Of many nodes of one budget the arithmetic is the same but for the last words. */
const SHOWN_MAX = 3;

interface BudgetNoticeProps {
  readonly action: NodeAction;
  readonly refused: readonly Outcome[];
}

export function BudgetNotice({ action, refused }: BudgetNoticeProps) {
  const words = useWords();
  const details = [...new Set(refused.flatMap(({ problem }) => problem?.detail ?? []))];
  return (
    <Notice
      type="warning"
      title={words.actions.insistTitle}
      description={
        <>
          {details.slice(0, SHOWN_MAX).map((detail) => (
            <p key={detail}>{detail}</p>
          ))}
          <p>
            {words.actions.insistSays} {(action === 'restart' || action === 'reboot') && words.actions.insistRestarts}
          </p>
        </>
      }
    />
  );
}

/** Asks before a budget is removed: what it kept from happening may happen then. */
import type { Budget } from '@sluice/contract';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { AskDialog } from '../../ui/ask-dialog.tsx';

interface RemoveDialogProps {
  readonly budget: Budget;
  readonly close: () => void;
}

export function RemoveDialog({ budget: { name }, close }: RemoveDialogProps) {
  const words = useWords();
  const api = useApi();
  return (
    <AskDialog
      title={words.budgets.removeTitle(name)}
      says={words.budgets.removeSays}
      button={words.budgets.removeIt}
      keep={words.access.keepIt}
      act={() => api.removeBudget({ name })}
      touched={[queryKeys.budgets, queryKeys.slots]}
      close={close}
    />
  );
}

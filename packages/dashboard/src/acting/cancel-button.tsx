/** The button that cancels an operation: off, with the reason, where nothing can be cancelled. */
import type { Operation } from '@sluice/contract';
import { useState } from 'react';
import { cancellingOf } from '../fleet-view/cancelling.ts';
import { useWords } from '../i18n/words.tsx';
import { ActButton } from './act-button.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { useWhyNotChange } from './use-why-not-change.ts';

interface CancelButtonProps {
  readonly operation: Operation;
  /** Where there are many: whoever draws them asks, so that the dialog stays when the button goes. Absent: it asks itself. */
  readonly ask?: () => void;
}

export function CancelButton({ operation, ask }: CancelButtonProps) {
  const words = useWords();
  const whyNotChange = useWhyNotChange();
  const { whyNot } = cancellingOf(operation);
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <ActButton
        size="small"
        whyNot={whyNot === null ? whyNotChange : words.operations.notCancellable[whyNot]}
        onClick={ask ?? (() => setAsked(true))}
      >
        {words.node.cancelOperation}
      </ActButton>
      {isAsked && <CancelDialog operation={operation} close={() => setAsked(false)} />}
    </>
  );
}

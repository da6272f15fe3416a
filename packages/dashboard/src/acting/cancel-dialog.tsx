/** Asks before an operation is cancelled: says exactly what that does, and also when there is nothing to cancel any more. */
import { REASON_LENGTH_MAX, type Operation } from '@sluice/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { valueIn } from '../api/problem-error.ts';
import { queryKeys } from '../api/query-keys.ts';
import { cancellingOf } from '../fleet-view/cancelling.ts';
import { isolatedName } from '../fleet-view/isolated-name.ts';
import { useWords } from '../i18n/words.tsx';
import { useApi } from '../shell/session-context.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { ActButton } from './act-button.tsx';
import styles from './act-dialog.module.css';

interface CancelDialogProps {
  /** As it is now. */
  readonly operation: Operation;
  readonly close: () => void;
}

export function CancelDialog({ operation, close }: CancelDialogProps) {
  const { id, command, nodeId } = operation;
  const words = useWords();
  const api = useApi();
  const queryClient = useQueryClient();
  const reasonId = useId();
  const [reason, setReason] = useState('');
  const { does, whyNot } = cancellingOf(operation);
  const whyNotText = whyNot === null ? null : words.operations.notCancellable[whyNot];
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const body = reason.trim() === '' ? {} : { reason: reason.trim() };
      return valueIn(await api.cancelOperation({ id, body }));
    },
    onSuccess: (told) => {
      queryClient.setQueryData(queryKeys.operation(id), told);
      close();
    },
  });
  return (
    <Dialog
      title={words.node.cancelTitle(words.operations.operationOf(command, isolatedName(nodeId)))}
      width={520}
      close={close}
      footer={
        <>
          <Button onClick={close}>{words.node.keepIt}</Button>
          <ActButton
            type="primary"
            danger
            loading={isPending}
            whyNot={whyNotText}
            onClick={() => {
              if (!isPending) mutate();
            }}
          >
            {words.node.cancelIt(command)}
          </ActButton>
        </>
      }
    >
      <div className={styles['form']}>
        <p>{does === null ? whyNotText : words.operations.cancelling[does]}</p>
        <label htmlFor={reasonId}>{words.actions.reason}</label>
        <Input
          id={reasonId}
          placeholder={words.actions.reasonHint}
          maxLength={REASON_LENGTH_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {error !== null && <ProblemNotice error={error} />}
      </div>
    </Dialog>
  );
}

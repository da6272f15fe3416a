/** Cancels an operation, and says before what that does. */
import { REASON_LENGTH_MAX, type Operation } from '@sluice/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { valueIn } from '../api/problem-error.ts';
import { queryKeys } from '../api/query-keys.ts';
import { useWords } from '../i18n/words.tsx';
import { useApi } from '../shell/session-context.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { ActButton } from './act-button.tsx';
import { useWhyNotChange } from './use-why-not-change.ts';

export function CancelButton({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const whyNot = useWhyNotChange();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <ActButton
        size="small"
        whyNot={operation.cancelRequested === null ? whyNot : words.node.cancelAlready}
        onClick={() => setAsked(true)}
      >
        {words.node.cancelOperation}
      </ActButton>
      {isAsked && <CancelDialog operation={operation} close={() => setAsked(false)} />}
    </>
  );
}

function CancelDialog({ operation, close }: { readonly operation: Operation; readonly close: () => void }) {
  const { id, command } = operation;
  const words = useWords();
  const api = useApi();
  const queryClient = useQueryClient();
  const reasonId = useId();
  const [reason, setReason] = useState('');
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
      title={words.node.cancelTitle(command)}
      width={520}
      close={close}
      footer={
        <>
          <Button onClick={close}>{words.node.keepIt}</Button>
          <Button
            type="primary"
            danger
            loading={isPending}
            onClick={() => {
              if (!isPending) mutate();
            }}
          >
            {words.node.cancelIt(command)}
          </Button>
        </>
      }
    >
      <p>{words.node.cancelSays}</p>
      <label htmlFor={reasonId}>{words.actions.reason}</label>
      <Input
        id={reasonId}
        placeholder={words.actions.reasonHint}
        maxLength={REASON_LENGTH_MAX}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {error !== null && <ProblemNotice error={error} />}
    </Dialog>
  );
}

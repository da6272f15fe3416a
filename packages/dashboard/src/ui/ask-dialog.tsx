/** Asks before something is taken away for good: a token, a key, a budget, a slot. */
import type { Answer } from '@sluice/client';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { valueIn } from '../api/problem-error.ts';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './problem-notice.tsx';

interface AskDialogProps {
  readonly title: string;
  /** What it does. */
  readonly says: string;
  /** What stands on the button. */
  readonly button: string;
  /** What stands on the other one. */
  readonly keep: string;
  readonly act: () => Promise<Answer<unknown>>;
  /** Of the lists that it leaves. */
  readonly touched: readonly QueryKey[];
  readonly close: () => void;
}

export function AskDialog({ title, says, button, keep, act, touched, close }: AskDialogProps) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => valueIn(await act()),
    onSuccess: async () => {
      await Promise.all(touched.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      close();
    },
  });
  return (
    <Dialog
      title={title}
      width={520}
      close={close}
      footer={
        <>
          <Button onClick={close}>{keep}</Button>
          <Button
            type="primary"
            danger
            loading={isPending}
            onClick={() => {
              if (!isPending) mutate();
            }}
          >
            {button}
          </Button>
        </>
      }
    >
      <p>{says}</p>
      {error !== null && <ProblemNotice error={error} />}
    </Dialog>
  );
}

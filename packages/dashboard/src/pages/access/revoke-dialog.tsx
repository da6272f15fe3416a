/** Asks before a token or a key is revoked: what opens nothing any more is not opened again. */
import type { Answer } from '@sluice/client';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { valueIn } from '../../api/problem-error.ts';
import { useWords } from '../../i18n/words.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';

interface RevokeDialogProps {
  readonly title: string;
  /** What it does. */
  readonly says: string;
  /** What stands on the button. */
  readonly button: string;
  readonly revoke: () => Promise<Answer<unknown>>;
  /** Of the list that it leaves. */
  readonly listKey: QueryKey;
  readonly close: () => void;
}

export function RevokeDialog({ title, says, button, revoke, listKey, close }: RevokeDialogProps) {
  const words = useWords();
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => valueIn(await revoke()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: listKey });
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
          <Button onClick={close}>{words.access.keepIt}</Button>
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

/** Makes a token of either kind: a form, then the secret, which is shown this once. */
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Answer } from '@sluice/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { useWords } from '../../i18n/words.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import styles from './create-dialog.module.css';

interface Made {
  readonly secret: string;
  readonly token: { readonly name: string };
}

interface CreateDialogProps<T extends Made> {
  readonly title: string;
  /** What is still to be filled in; `null`: it may be made. */
  readonly whyNot: string | null;
  readonly create: () => Promise<Answer<T>>;
  /** Of the list in which it appears. */
  readonly listKey: QueryKey;
  /** The lines to copy. */
  readonly use: (made: T) => ReactNode;
  readonly close: () => void;
  /** The fields. */
  readonly children: ReactNode;
}

/** The secret is kept nowhere but in this dialog: when it is closed, it is gone. */
export function CreateDialog<T extends Made>(props: CreateDialogProps<T>) {
  const { title, whyNot, create, listKey, use, close, children } = props;
  const words = useWords();
  const queryClient = useQueryClient();
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: async () => valueIn(await create()),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: listKey }),
    gcTime: 0,
  });
  const submit = () => {
    if (whyNot === null && !isPending && data === undefined) mutate();
  };
  return (
    <Dialog
      title={data === undefined ? title : words.access.made(data.token.name)}
      width={640}
      close={close}
      footer={
        data === undefined ? (
          <>
            <Button onClick={close}>{words.actions.cancel}</Button>
            <ActButton type="primary" loading={isPending} whyNot={whyNot} onClick={submit}>
              {words.access.create}
            </ActButton>
          </>
        ) : (
          <Button type="primary" onClick={close}>
            {words.actions.done}
          </Button>
        )
      }
    >
      {data === undefined ? (
        <form
          className={styles['form']}
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <div className={styles['fields']}>{children}</div>
          {error !== null && <ProblemNotice error={error} />}
          <button type="submit" hidden aria-label={words.access.create} />
        </form>
      ) : (
        <div className={styles['form']}>
          <Notice type="warning" title={words.access.once} />
          {use(data)}
        </div>
      )}
    </Dialog>
  );
}

/** Says that an operation is still wanted, after many nodes fell silent together. */
import { useMutation } from '@tanstack/react-query';
import { ActButton } from './act-button.tsx';
import { useWhyNotChange } from './use-why-not-change.ts';
import { valueIn } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';
import { useApi } from '../shell/session-context.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';

export function ConfirmButton({ operationId }: { readonly operationId: string }) {
  const words = useWords();
  const api = useApi();
  const whyNot = useWhyNotChange();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => valueIn(await api.confirmOperation({ id: operationId, body: {} })),
  });
  return (
    <>
      <ActButton size="small" whyNot={whyNot} loading={isPending} onClick={() => mutate()}>
        {words.node.confirmOperation}
      </ActButton>
      {error !== null && <ProblemNotice error={error} />}
    </>
  );
}

/** Who saved first, and what to do about it. */
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Notice } from '../../ui/notice.tsx';
import { When } from '../../ui/when.tsx';

export function ConflictHead({ nodeId }: { readonly nodeId: string }) {
  const words = useWords();
  const api = useApi();
  const { data: last } = useQuery({
    queryKey: [...queryKeys.history(nodeId), 'metadata'],
    queryFn: async ({ signal }) => {
      const query = { node: nodeId, kind: 'MetadataReplaced', limit: '1' };
      return valueIn(await api.listHistory({ query, signal })).items.at(0) ?? null;
    },
  });
  return (
    <Notice
      type="warning"
      title={words.metadata.conflictTitle(last?.actor.name ?? words.metadata.somebody)}
      description={
        <>
          {last !== undefined && last !== null && (
            <p>
              {words.metadata.conflictWhen} <When at={last.at} />
            </p>
          )}
          <p>{words.metadata.conflictText}</p>
        </>
      }
    />
  );
}

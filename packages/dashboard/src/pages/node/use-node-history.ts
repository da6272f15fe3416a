/** The history of a node as it is shown: its newest page is read again when something happens, older ones when they are asked for. */
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { type HistoryPage, type NodeHistory, withNewest, withOlder } from '../../fleet-view/node-history.ts';
import { useApi } from '../../shell/session-context.tsx';

/** Events of a page: what fills a screen twice. */
const PAGE_SIZE = '50';

interface ShownHistory {
  readonly query: UseQueryResult<NodeHistory>;
  readonly readOlder: () => void;
  readonly olderError: Error | null;
}

/** @param kinds Only these, separated by commas; `null`: all. */
export function useNodeHistory(nodeId: string, kinds: string | null): ShownHistory {
  const api = useApi();
  const queryClient = useQueryClient();
  const queryKey = [...queryKeys.history(nodeId), kinds];
  const filter = { node: nodeId, limit: PAGE_SIZE, ...(kinds === null ? {} : { kind: kinds }) };
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const page: HistoryPage = valueIn(await api.listHistory({ query: filter, signal }));
      // As it is now: an older page may have come meanwhile.
      return withNewest(queryClient.getQueryData<NodeHistory>(queryKey) ?? null, page);
    },
  });
  const older = useMutation({
    mutationFn: async (cursor: string): Promise<HistoryPage> =>
      valueIn(await api.listHistory({ query: { ...filter, cursor } })),
    onSuccess: (page) =>
      queryClient.setQueryData<NodeHistory>(queryKey, (history) => history && withOlder(history, page)),
  });
  const cursor = query.data?.nextCursor ?? null;
  return {
    query,
    readOlder: () => {
      if (cursor !== null && !older.isPending) older.mutate(cursor);
    },
    olderError: older.error,
  };
}

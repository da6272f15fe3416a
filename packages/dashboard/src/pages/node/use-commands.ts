/** What a node can be told to do: its page asks once, for all that show it. */
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useApi } from '../../shell/session-context.tsx';

export function useCommands(nodeId: string) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.commands(nodeId),
    queryFn: async ({ signal }) => valueIn(await api.listCommands({ query: { node: nodeId }, signal })),
  });
}

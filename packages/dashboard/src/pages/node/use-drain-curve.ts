/** The curve of a node's running drain: what the history tells of it, read on from where it ended whenever a session has left. */
import { HISTORY_LIMIT_MAX, type DrainView } from '@sluice/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { type CurvePoint, curveOf, curveThrough } from '../../fleet-view/drain-curve.ts';
import { useApi } from '../../shell/session-context.tsx';

/** @returns By time, ascending; empty until somebody has counted. */
export function useDrainCurve(id: string, { startedAt }: DrainView): readonly CurvePoint[] {
  const api = useApi();
  const queryClient = useQueryClient();
  const queryKey = queryKeys.drainCurve(id, startedAt);
  const { data } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData<readonly CurvePoint[]>(queryKey) ?? [];
      const last = known.at(-1);
      const since = last === undefined ? startedAt : new Date(last.at).toISOString();
      const query = { node: id, kind: 'DrainProgressed', since, limit: String(HISTORY_LIMIT_MAX) };
      return curveThrough([...known, ...curveOf(valueIn(await api.listHistory({ query, signal })).items)]);
    },
  });
  return data ?? [];
}

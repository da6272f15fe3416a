/** Asks again how far an operation is while its node's drain goes on: that is an event of the node, and tells no operation. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryKeys } from '../../api/query-keys.ts';
import { useNode } from '../../live/live-fleet.tsx';

export function useFresh(operation: Operation | undefined): void {
  const queryClient = useQueryClient();
  const drain = useNode(operation?.nodeId ?? '')?.drain ?? null;
  const progress = drain === null ? null : `${drain.phase} ${drain.sessionsRemaining} ${drain.problem}`;
  const id = operation === undefined || isTerminal(operation.status) ? null : operation.id;
  useEffect(() => {
    if (id !== null) void queryClient.invalidateQueries({ queryKey: queryKeys.operation(id) });
  }, [id, progress, queryClient]);
}

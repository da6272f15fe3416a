/** Runs a declared command on a node: asked once, and never again by itself. */
import type { Operation, RunBody } from '@sluice/contract';
import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useApi } from '../../shell/session-context.tsx';

export type RunCommand = UseMutationResult<Operation, Error, RunBody>;

export function useRunCommand(nodeId: string, name: string): RunCommand {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: RunBody) => valueIn(await api.runCommand({ id: nodeId, name, body })),
    onSuccess: (operation) => queryClient.setQueryData(queryKeys.operation(operation.id), operation),
  });
}

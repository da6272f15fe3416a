/** Asks the server to act on nodes: once, and never again by itself. */
import type { Client } from '@sluice/client';
import { NODES_PER_REQUEST_MAX, type Operation } from '@sluice/contract';
import { useMutation } from '@tanstack/react-query';
import { valueIn } from '../api/problem-error.ts';
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useApi } from '../shell/session-context.tsx';
import { type ActOptions, parametersOf } from './act-options.ts';

/** What came of asking, node by node. */
export interface Outcome {
  readonly nodeId: string;
  /** `null`: it was refused, or nobody knows. */
  readonly operation: Operation | null;
  readonly problem: { readonly code: string; readonly detail: string; readonly whatToDo: string } | null;
}

interface Asked {
  readonly action: NodeAction;
  readonly nodeIds: readonly string[];
  readonly options: ActOptions;
}

export function useActOnNodes() {
  const api = useApi();
  return useMutation({ mutationFn: (asked: Asked) => actOnNodes(api, asked) });
}

/** In as many requests as it takes; when one is not answered, those after it are not made. Throws when not even the first was. */
async function actOnNodes(api: Client, { action, nodeIds, options }: Asked): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let begin = 0; begin < nodeIds.length; begin += NODES_PER_REQUEST_MAX) {
    const reason = options.reason.trim();
    const part = nodeIds.slice(begin, begin + NODES_PER_REQUEST_MAX);
    const answer = await api.runOnNodes({
      name: action,
      body: {
        nodeIds: part,
        params: { ...parametersOf(action, options) },
        ...(reason === '' ? {} : { reason }),
        // Of a command that agents declare it stands beside the parameters, and a reboot is one.
        ...(action === 'reboot' && options.force ? { force: true } : {}),
      },
    });
    if (!answer.ok && begin > 0) {
      const { problem } = answer;
      return [...outcomes, ...nodeIds.slice(begin).map((nodeId) => ({ nodeId, operation: null, problem }))];
    }
    outcomes.push(...valueIn(answer).items);
  }
  return outcomes;
}

/** Those that would break a budget: they may be forced, with a reason. */
export function refusedByBudget(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ problem }) => problem?.code === 'budget-exceeded');
}

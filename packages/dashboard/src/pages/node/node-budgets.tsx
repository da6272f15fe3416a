/** The budgets that the node counts in, with how many places each has left: why it may not be taken out now. */
import type { Node } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { budgetsOfNode } from '../../fleet-view/budgets-of-node.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';

/** Milliseconds: places are taken by what happens to other nodes. */
const ASKED_EVERY_MS = 5000;

export function NodeBudgets({ node }: { readonly node: Node }) {
  const words = useWords();
  const api = useApi();
  const { data } = useQuery({
    queryKey: queryKeys.budgets,
    queryFn: async ({ signal }) => valueIn(await api.listBudgets({ signal })).items,
    refetchInterval: ASKED_EVERY_MS,
  });
  const budgets = budgetsOfNode(data ?? [], node);
  if (budgets.length === 0) return <>{data === undefined ? words.durations.unknown : words.budgets.countsInNone}</>;
  return (
    <ul>
      {budgets.map(({ name, standing: { left } }) => (
        <li key={name}>
          <Link to={paths.budgets()}>{name}</Link>: {left === 0 ? words.budgets.leftNone : words.budgets.left(left)}
        </li>
      ))}
    </ul>
  );
}

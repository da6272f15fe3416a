/** Each budget with its places: how many are taken, by whom and why, and how many are left. */
import type { Budget } from '@sluice/contract';
import { Link } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { useWords } from '../../i18n/words.tsx';
import { useNode } from '../../live/live-fleet.tsx';
import { paths } from '../../paths.ts';
import { PlainTable } from '../../ui/plain-table.tsx';
import styles from './budgets.module.css';
import { Places } from './places.tsx';

/** Nodes that are named in the table; how many more there are is said. */
const NAMED_MAX = 6;

interface BudgetTableProps {
  readonly budgets: readonly Budget[];
  /** Why the reader may not change them; `null`: they may. */
  readonly whyNot: string | null;
  readonly edit: (budget: Budget) => void;
  readonly remove: (budget: Budget) => void;
}

export function BudgetTable({ budgets, whyNot, edit, remove }: BudgetTableProps) {
  const words = useWords();
  return (
    <PlainTable
      label={words.budgets.title}
      rows={budgets}
      keyOf={({ name }) => name}
      columns={[
        {
          title: words.budgets.name,
          isLong: true,
          cell: ({ name, description }) => (
            <>
              <strong>{name}</strong>
              {description !== null && <div className={styles['soft']}>{description}</div>}
            </>
          ),
        },
        {
          title: words.budgets.selector,
          isLong: true,
          cell: ({ selector, standing }) => (
            <>
              {selector === null ? words.budgets.allNodes : <code>{selector}</code>}{' '}
              <span className={styles['soft']}>{words.actions.nodes(standing.matching)}</span>
            </>
          ),
        },
        { title: words.budgets.max, cell: ({ maxUnavailable }) => maxUnavailable },
        { title: words.budgets.standing, cell: ({ standing }) => <Places standing={standing} /> },
        { title: words.budgets.takenBy, isLong: true, cell: (budget) => <TakenBy budget={budget} /> },
        { title: words.budgets.createdBy, cell: ({ createdBy }) => createdBy },
        {
          title: words.budgets.act,
          cell: (budget) => (
            <div className={styles['buttons']}>
              <ActButton
                size="small"
                whyNot={whyNot}
                label={words.budgets.editOf(budget.name)}
                onClick={() => edit(budget)}
              >
                {words.budgets.edit}
              </ActButton>
              <ActButton
                size="small"
                whyNot={whyNot}
                label={words.budgets.removeOf(budget.name)}
                onClick={() => remove(budget)}
              >
                {words.budgets.remove}
              </ActButton>
            </div>
          ),
        },
      ]}
    />
  );
}

/** Who holds a slot need not be a node. */
function Taker({ id }: { readonly id: string }) {
  return useNode(id) === undefined ? <code>{id}</code> : <Link to={paths.node(id)}>{id}</Link>;
}

function TakenBy({ budget: { standing } }: { readonly budget: Budget }) {
  const words = useWords();
  const { nodes, unavailable } = standing;
  if (unavailable === 0) return <span className={styles['soft']}>{words.budgets.takenByNone}</span>;
  const named = nodes.slice(0, NAMED_MAX);
  return (
    <ul className={styles['takers']}>
      {named.map(({ id, because }) => (
        <li key={id}>
          <Taker id={id} /> <span className={styles['soft']}>{because}</span>
        </li>
      ))}
      {unavailable > named.length && <li>{words.budgets.takenMore(unavailable - named.length)}</li>}
    </ul>
  );
}

/** Every node of the fleet: found, compared, chosen, acted upon. */
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { ActButtons } from '../../acting/act-buttons.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { filterIn, filterNodes, type NodeFilter, withFilter } from '../../fleet-view/node-filter.ts';
import { type NodeOrder, orderIn, orderText, sortNodes } from '../../fleet-view/node-order.ts';
import { type RolloutTarget, targetOfFilter } from '../../fleet-view/rollout-target.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { paths } from '../../paths.ts';
import { remember, remembered } from '../../ui/remembered.ts';
import { Page } from '../../ui/page.tsx';
import { ColumnChoice } from './column-choice.tsx';
import { columnsIn } from './columns.tsx';
import { FilterBar } from './filter-bar.tsx';
import styles from './nodes-page.module.css';
import { NodesTable } from './nodes-table.tsx';
import { useSelection } from './use-selection.ts';
import { useShownRows } from './use-shown-rows.ts';

export function NodesPage() {
  const words = useWords();
  const { nodes, isKnown } = useFleet();
  const [search, setSearch] = useSearchParams();
  const [columnIds, setColumnIds] = useState(() => columnsIn(remembered('node-columns')));
  const filter = useMemo(() => filterIn(search), [search]);
  const order = useMemo(() => orderIn(search.get('sort')), [search]);
  const question = search.toString();

  const types = useMemo(() => [...new Set(nodes.map(({ type }) => type))].sort(), [nodes]);
  const filtered = useMemo(() => filterNodes(nodes, filter), [nodes, filter]);
  const wanted = useMemo(() => sortNodes(filtered.nodes, order).map(({ id }) => id), [filtered, order]);
  const { ids, isOutdated, aim, refresh } = useShownRows(wanted, question);
  const { selected, toggle, toggleAll, selectNone } = useSelection(ids, question);
  const selectedNodes = useMemo(() => nodes.filter(({ id }) => selected.has(id)), [nodes, selected]);

  const changeFilter = (changed: NodeFilter) => setSearch(withFilter(search, changed), { replace: true });
  const sort = (changed: NodeOrder) => {
    const after = new URLSearchParams(search);
    after.set('sort', orderText(changed));
    setSearch(after, { replace: true });
  };
  if (!isKnown) return <Page title={words.nodes.title}>{null}</Page>;
  return (
    <div className={styles['whole']}>
      <Page
        title={words.nodes.title}
        aside={<span role="status">{words.nodes.count(wanted.length, nodes.length)}</span>}
      >
        <FilterBar filter={filter} change={changeFilter} types={types} selectorProblem={filtered.selectorProblem} />
        <div className={styles['tools']}>
          <ActButtons nodes={selectedNodes} begun={selectNone} />
          <RollOutButton
            target={selected.size > 0 ? { kind: 'nodes', nodeIds: [...selected] } : targetOfFilter(filter, wanted)}
            count={selected.size > 0 ? selected.size : wanted.length}
          />
          <span role="status">{selected.size > 0 && words.nodes.selected(selected.size)}</span>
          {selected.size > 0 && (
            <Button type="link" onClick={selectNone}>
              {words.nodes.unselect}
            </Button>
          )}
          <span className={styles['right']}>
            {isOutdated && (
              <Button type="link" onClick={refresh}>
                {words.nodes.newOrder}: {words.nodes.showNewOrder}
              </Button>
            )}
            <ColumnChoice
              chosen={columnIds}
              choose={(chosen) => {
                remember('node-columns', chosen.join(','));
                setColumnIds(chosen);
              }}
            />
          </span>
        </div>
        {ids.length === 0 ? (
          <p>{words.nodes.none}</p>
        ) : (
          <NodesTable
            ids={ids}
            columnIds={columnIds}
            selected={selected}
            toggle={toggle}
            toggleAll={toggleAll}
            order={order}
            sort={sort}
            aim={aim}
          />
        )}
      </Page>
    </div>
  );
}

interface RollOutButtonProps {
  /** What is selected, or what the filter lets through. */
  readonly target: RolloutTarget;
  readonly count: number;
}

/** Leads to the wizard, with these nodes. */
function RollOutButton({ target, count }: RollOutButtonProps) {
  const words = useWords();
  const navigate = useNavigate();
  const whyNot = useWhyNotChange();
  return (
    <ActButton
      whyNot={whyNot ?? (count === 0 ? words.nodes.none : null)}
      onClick={() => {
        if (target.kind === 'nodes') void navigate(paths.newRollout(), { state: { nodeIds: target.nodeIds } });
        else if (target.kind === 'all') void navigate(`${paths.newRollout()}?all`);
        else void navigate(`${paths.newRollout()}?${new URLSearchParams({ selector: target.selector }).toString()}`);
      }}
    >
      {words.nodes.rollOut(count)}
    </ActButton>
  );
}

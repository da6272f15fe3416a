/** The table of nodes: any number of rows, of which only those in sight are drawn; arrow keys, Space and Enter work on the active one. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { type NodeOrder, ORDER_BY_ID } from '../../fleet-view/node-order.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { type ColumnId, columns } from './columns.tsx';
import { NodeRow } from './node-row.tsx';
import styles from './nodes-table.module.css';

/** CSS pixels, as in the style sheet. */
const ROW_HEIGHT = 32;
const CHECK_WIDTH = 36;
/** Rows beyond the edges that are drawn in advance: a quick scroll shows no gap. */
const ROWS_BEYOND = 12;
const PAGE_ROWS = 15;

interface NodesTableProps {
  readonly ids: readonly string[];
  readonly columnIds: readonly ColumnId[];
  readonly selected: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  /** All that are shown, or none of them. */
  readonly toggleAll: () => void;
  readonly order: NodeOrder;
  readonly sort: (order: NodeOrder) => void;
  /** Whether pointer or keyboard is among the rows. */
  readonly aim: (isAimedAt: boolean) => void;
}

export function NodesTable({ ids, columnIds, selected, toggle, toggleAll, order, sort, aim }: NodesTableProps) {
  const words = useWords();
  const navigate = useNavigate();
  const tableId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<number | null>(null);
  // oxlint-disable-next-line react/incompatible-library -- it is about the React compiler, which this is not built with
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_BEYOND,
    scrollPaddingStart: ROW_HEIGHT,
  });
  const rowIdOf = (index: number) => `${tableId}-${index}`;
  const press = (event: KeyboardEvent) => {
    const last = ids.length - 1;
    const at = active ?? -1;
    const id = active === null ? undefined : ids[active];
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      PageDown: Math.min(last, at + PAGE_ROWS),
      PageUp: Math.max(0, at - PAGE_ROWS),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (event.target !== event.currentTarget) return;
    if (to !== undefined && last >= 0) {
      setActive(to);
      rows.scrollToIndex(to);
    } else if (event.key === ' ' && id !== undefined) toggle(id);
    else if (event.key === 'Enter' && id !== undefined) void navigate(paths.node(id));
    else return;
    event.preventDefault();
  };
  const template = [
    `${CHECK_WIDTH}px`,
    ...columnIds.map((id) => {
      const { widthMin, weight } = columns[id];
      return weight === 0 ? `${widthMin}px` : `minmax(${widthMin}px, ${weight}fr)`;
    }),
  ].join(' ');
  const widthMin = columnIds.reduce((sum, id) => sum + columns[id].widthMin, CHECK_WIDTH);
  const isAllSelected = ids.length > 0 && ids.every((id) => selected.has(id));
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={words.nodes.title}
      aria-rowcount={ids.length + 1}
      aria-multiselectable
      aria-activedescendant={active === null ? undefined : rowIdOf(active)}
      className={styles['scroller']}
      onKeyDown={press}
      onFocus={(event) => {
        if (event.target !== event.currentTarget) return;
        aim(true);
        setActive(active ?? 0);
      }}
      onBlur={() => aim(false)}
      onMouseMove={({ target }) => aim(isAmongRows(target))}
      onMouseLeave={() => aim(false)}
    >
      <div className={styles['table']} style={columnStyle(template, widthMin)}>
        <div role="row" aria-rowindex={1} className={styles['head']}>
          <div role="columnheader" className={styles['check']}>
            <input type="checkbox" aria-label={words.nodes.selectAll} checked={isAllSelected} onChange={toggleAll} />
          </div>
          {columnIds.map((id) => (
            <HeadCell key={id} id={id} order={order} sort={sort} />
          ))}
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const id = ids[index];
            if (id === undefined) return null;
            return (
              <NodeRow
                key={id}
                id={id}
                index={index}
                rowId={rowIdOf(index)}
                top={start}
                columnIds={columnIds}
                isSelected={selected.has(id)}
                isActive={index === active}
                toggle={toggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function isAmongRows(target: EventTarget): boolean {
  return target instanceof Element && target.closest('[role=rowgroup]') !== null;
}

interface HeadCellProps {
  readonly id: ColumnId;
  readonly order: NodeOrder;
  readonly sort: (order: NodeOrder) => void;
}

/** A press sorts, another turns the order round, a third goes back to the order by id. */
function HeadCell({ id, order, sort }: HeadCellProps) {
  const words = useWords();
  const { sortKey, isNumber } = columns[id];
  const isSorted = sortKey !== null && order.key === sortKey;
  // Of numbers people want the largest first.
  const next = (key: NonNullable<typeof sortKey>): NodeOrder => {
    if (!isSorted) return { key, isDescending: isNumber };
    return order.isDescending === isNumber ? { key, isDescending: !isNumber } : ORDER_BY_ID;
  };
  return (
    <div
      role="columnheader"
      className={styles['cell']}
      data-number={isNumber}
      aria-sort={isSorted ? (order.isDescending ? 'descending' : 'ascending') : undefined}
    >
      {sortKey === null ? (
        words.nodes.column[id]
      ) : (
        <button type="button" title={words.nodes.sortBy(words.nodes.column[id])} onClick={() => sort(next(sortKey))}>
          {words.nodes.column[id]}
          <span aria-hidden="true">{isSorted ? (order.isDescending ? ' ↓' : ' ↑') : ''}</span>
        </button>
      )}
    </div>
  );
}

/** React's type of styles does not know variables of ours. */
function columnStyle(template: string, widthMin: number): CSSProperties {
  const variables = { '--columns': template };
  return { ...variables, minWidth: widthMin };
}

/** One row of the table: drawn again only when its node changed. */
import { memo } from 'react';
import { useWords } from '../../i18n/words.tsx';
import { useNode } from '../../live/live-fleet.tsx';
import { type ColumnId, columns } from './columns.tsx';
import styles from './nodes-table.module.css';

interface NodeRowProps {
  readonly id: string;
  /** As it is in the whole table, from 0. */
  readonly index: number;
  readonly rowId: string;
  readonly top: number;
  readonly columnIds: readonly ColumnId[];
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly toggle: (id: string) => void;
}

/** Before the rows there is the one with the names of the columns. */
const ROWS_BEFORE = 2;

export const NodeRow = memo(function NodeRow(props: NodeRowProps) {
  const { id, index, rowId, top, columnIds, isSelected, isActive, toggle } = props;
  const words = useWords();
  const node = useNode(id);
  return (
    <div
      role="row"
      id={rowId}
      aria-rowindex={index + ROWS_BEFORE}
      aria-selected={isSelected}
      className={styles['row']}
      data-active={isActive}
      data-gone={node === undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={styles['check']}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={words.nodes.selectNode(id)}
          checked={isSelected}
          onChange={() => toggle(id)}
        />
      </div>
      {columnIds.map((columnId) => (
        <div key={columnId} role="gridcell" className={styles['cell']} data-number={columns[columnId].isNumber}>
          {node === undefined ? columnId === 'id' && id : columns[columnId].cell(node, words)}
        </div>
      ))}
    </div>
  );
});

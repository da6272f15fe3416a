/** Which columns the table has; remembered in this browser. */
import { Button, Checkbox, Popover } from 'antd';
import { useWords } from '../../i18n/words.tsx';
import { COLUMN_IDS, type ColumnId } from './columns.tsx';
import styles from './column-choice.module.css';

interface ColumnChoiceProps {
  readonly chosen: readonly ColumnId[];
  readonly choose: (chosen: readonly ColumnId[]) => void;
}

export function ColumnChoice({ chosen, choose }: ColumnChoiceProps) {
  const words = useWords();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div role="group" aria-label={words.nodes.columns} className={styles['columns']}>
          {COLUMN_IDS.map((id) => (
            <Checkbox
              key={id}
              checked={chosen.includes(id)}
              disabled={id === 'id'}
              onChange={({ target }) =>
                choose(COLUMN_IDS.filter((each) => (each === id ? target.checked : chosen.includes(each))))
              }
            >
              {words.nodes.column[id]}
            </Checkbox>
          ))}
        </div>
      }
    >
      <Button>{words.nodes.columns}</Button>
    </Popover>
  );
}

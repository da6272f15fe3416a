/** A table of what fits on a page: for lists that are read, not worked with. On a narrow screen each row is a card. */
import type { HTMLAttributes, ReactNode } from 'react';
import styles from './plain-table.module.css';

interface PlainTableProps<Row> {
  /** What the table is, for who does not see it. */
  readonly label: string;
  readonly columns: readonly {
    readonly title: string;
    readonly cell: (row: Row) => ReactNode;
    /** A text that may be long, and is broken into lines. */
    readonly isLong?: boolean;
  }[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Of a list that stands still while somebody aims at it (`useSteady`). */
  readonly aiming?: Pick<HTMLAttributes<HTMLElement>, 'onMouseEnter' | 'onMouseLeave' | 'onFocus' | 'onBlur'>;
}

export function PlainTable<Row>({ label, columns, rows, keyOf, aiming }: PlainTableProps<Row>) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={styles['scroll']} role="group" aria-label={label} tabIndex={0} {...aiming}>
      <table className={styles['table']}>
        <thead>
          <tr>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, isLong = false }) => (
                <td key={title} data-title={title} className={isLong ? styles['long'] : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

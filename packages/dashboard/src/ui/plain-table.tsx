/** A table of what fits on a page: for lists that are read, not worked with. */
import type { ReactNode } from 'react';
import styles from './plain-table.module.css';

interface PlainTableProps<Row> {
  /** What the table is, for who does not see it. */
  readonly label: string;
  readonly columns: readonly { readonly title: string; readonly cell: (row: Row) => ReactNode }[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

export function PlainTable<Row>({ label, columns, rows, keyOf }: PlainTableProps<Row>) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={styles['scroll']} role="group" aria-label={label} tabIndex={0}>
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
              {columns.map(({ title, cell }) => (
                <td key={title}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

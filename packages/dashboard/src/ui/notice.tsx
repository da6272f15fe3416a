/** Something that is wrong, or to be minded, beside what it is about: a sign, a title, what else is to be said, and what can be done. */
import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface NoticeProps {
  readonly type: 'info' | 'warning' | 'error';
  readonly title: ReactNode;
  readonly description?: ReactNode;
  /** A button. */
  readonly action?: ReactNode;
  /** Across the whole page, above everything. */
  readonly isBanner?: boolean;
}

/** Not by its colour alone: heard by nobody, for the title says it. */
const SIGNS = { info: 'i', warning: '!', error: '✕' } as const;

export function Notice({ type, title, description, action, isBanner = false }: NoticeProps) {
  return (
    <div role="alert" className={styles['notice']} data-type={type} data-banner={isBanner}>
      <span className={styles['sign']} aria-hidden="true">
        {SIGNS[type]}
      </span>
      <div className={styles['words']}>
        <div className={styles['title']}>{title}</div>
        {description !== undefined && <div>{description}</div>}
      </div>
      {action}
    </div>
  );
}

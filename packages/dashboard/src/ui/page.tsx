/** A page: its title, what stands beside it, and its content. The title is also the browser tab's. */
import { type ReactNode, useEffect } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, aside, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </div>
  );
}

interface SectionProps extends PageProps {
  /** For links within the page, which bring the keyboard there too. */
  readonly id?: string;
}

/** What belongs together on a page. */
export function Section({ title, aside, id, children }: SectionProps) {
  return (
    <section className={styles['section']} aria-label={title} id={id} tabIndex={id === undefined ? undefined : -1}>
      <header className={styles['head']}>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

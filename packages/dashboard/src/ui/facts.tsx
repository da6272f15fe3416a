/** Names and what they stand for. */
import { Fragment, type ReactNode } from 'react';
import styles from './facts.module.css';

/** Facts that are `null` are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, fact: ReactNode])[] }) {
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, fact]) =>
        fact === null ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

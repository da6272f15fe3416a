/** The places of a budget: each that is allowed is a box, full where it is taken; and how many are left, in words. */
import type { BudgetStanding } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import styles from './budgets.module.css';

/** More boxes than these are no picture any more, and a bar says the same. */
const BOXES_MAX = 24;

export function Places({ standing: { allowed, unavailable, left } }: { readonly standing: BudgetStanding }) {
  const words = useWords();
  const over = Math.max(0, unavailable - allowed);
  const boxes = Math.max(allowed, unavailable);
  const stateOf = (index: number) => (index >= allowed ? 'over' : index < unavailable ? 'taken' : 'free');
  return (
    <div className={styles['places']}>
      {boxes <= BOXES_MAX ? (
        <span aria-hidden="true" className={styles['boxes']}>
          {Array.from({ length: boxes }, (_none, index) => (
            <span key={index} data-state={stateOf(index)} />
          ))}
        </span>
      ) : (
        <span aria-hidden="true" className={styles['bar']}>
          <span data-state={over > 0 ? 'over' : 'taken'} style={{ flexGrow: unavailable }} />
          <span data-state="free" style={{ flexGrow: left }} />
        </span>
      )}
      <span>{words.budgets.standingOf(unavailable, allowed)}</span>
      <strong className={left === 0 ? styles['none'] : undefined}>
        {over > 0 ? words.budgets.overdrawn(over) : left === 0 ? words.budgets.leftNone : words.budgets.left(left)}
      </strong>
    </div>
  );
}

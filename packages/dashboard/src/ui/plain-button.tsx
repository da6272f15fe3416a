/** A button of what comes with the first load, which does without antd: it looks like antd's, and is there sooner. */
import type { ReactNode } from 'react';
import styles from './plain-button.module.css';

interface PlainButtonProps {
  readonly onClick: () => void;
  /** Where what is in it says nothing to those who only hear it. */
  readonly label?: string;
  /** `quiet`: without a frame, such as a sign in a corner. */
  readonly look?: 'framed' | 'quiet';
  readonly children: ReactNode;
}

export function PlainButton({ onClick, label, look = 'framed', children }: PlainButtonProps) {
  return (
    <button type="button" className={styles['button']} data-look={look} aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}

/** A field of a form: its name, the control, and below it what may be said, or what is wrong. */
import { type ReactNode, useId } from 'react';
import styles from './field.module.css';

/** For the control, so that who does not see the form is told the same. */
export interface FieldProps {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
  readonly status?: 'error';
}

interface Props {
  readonly label: string;
  readonly hint?: ReactNode;
  /** `null`: nothing is wrong. */
  readonly fault?: string | null;
  readonly children: (props: FieldProps) => ReactNode;
}

export function Field({ label, hint, fault = null, children }: Props) {
  const [id, hintId] = [useId(), useId()];
  const isWrong = fault !== null;
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <div className={styles['control']}>
        {children({
          id,
          'aria-describedby': hintId,
          'aria-invalid': isWrong,
          ...(isWrong ? { status: 'error' } : {}),
        })}
        <p id={hintId} className={isWrong ? styles['fault'] : styles['hint']} role={isWrong ? 'alert' : undefined}>
          {fault ?? hint}
        </p>
      </div>
    </div>
  );
}

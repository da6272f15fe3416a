/** Asks for a typed word before what would hurt if it were a click too many. */
import { Input } from 'antd';
import { useId } from 'react';
import type { TypedConfirmation as Confirmation } from '../fleet-view/confirmation.ts';
import { useWords } from '../i18n/words.tsx';
import styles from './act-dialog.module.css';

interface TypedConfirmationProps {
  readonly confirmation: Confirmation;
  readonly typed: string;
  readonly change: (typed: string) => void;
}

export function TypedConfirmation({ confirmation: { phrase, because }, typed, change }: TypedConfirmationProps) {
  const words = useWords();
  const id = useId();
  return (
    <div className={styles['typed']}>
      <label htmlFor={id}>
        {words.actions.typeBecause[because]} {words.actions.typeTo} <code>{phrase}</code>
      </label>
      <Input
        id={id}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}

export function isTyped(confirmation: Confirmation | null, typed: string): boolean {
  return confirmation === null || typed.trim() === confirmation.phrase;
}

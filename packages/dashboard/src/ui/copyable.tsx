/** A command or a text to take away: shown as it is, with a button that copies it. */
import { CopyButton } from './copy-button.tsx';
import styles from './copyable.module.css';

export function Copyable({ text }: { readonly text: string }) {
  return (
    <div className={styles['copyable']}>
      <pre>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}

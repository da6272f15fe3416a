/** Something that lies over the page until it is closed: the browser's own dialog, which keeps the focus and closes by Escape. */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { useWords } from '../i18n/words.tsx';
import styles from './dialog.module.css';
import { PlainButton } from './plain-button.tsx';

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  /** CSS pixels at most. */
  readonly width: number;
  readonly children: ReactNode;
  /** Below what scrolls. */
  readonly footer?: ReactNode;
}

/** The element with `data-first-focus` has the focus at first; where there is none, the browser chooses. */
export function Dialog({ title, close, width, children, footer }: DialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null || element.open) return;
    element.showModal();
    element.querySelector<HTMLElement>('[data-first-focus]')?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles['dialog']}
      style={{ maxWidth: width }}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // It is closed by whoever opened it, so that page and dialog never differ.
        event.preventDefault();
        close();
      }}
    >
      <header className={styles['head']}>
        <h2 id={titleId}>{title}</h2>
        <PlainButton look="quiet" label={words.shell.close} onClick={close}>
          <span aria-hidden="true">✕</span>
        </PlainButton>
      </header>
      <div className={styles['content']}>{children}</div>
      {footer !== undefined && <footer className={styles['foot']}>{footer}</footer>}
    </dialog>
  );
}

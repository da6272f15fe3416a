/** What the keys do. */
import { Fragment } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { useWords } from '../i18n/words.tsx';
import styles from './keys-dialog.module.css';
import { SHORTCUTS } from './shortcuts.ts';

export function KeysDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  return (
    <Dialog title={words.shell.keysTitle} close={close} width={360}>
      <dl className={styles['keys']}>
        {[...SHORTCUTS, { keys: ['Esc'], does: 'escape' } as const].map(({ keys, does }) => (
          <Fragment key={does}>
            <dt>
              {keys.map((key, index) => (
                <Fragment key={key}>
                  {index > 0 && ` ${words.shell.keyThen} `}
                  <kbd>{key}</kbd>
                </Fragment>
              ))}
            </dt>
            <dd>{words.shell.keysList[does]}</dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  );
}

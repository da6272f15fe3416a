/** What the keys do. */
import { Modal } from 'antd';
import { Fragment } from 'react';
import { useWords } from '../i18n/words.tsx';
import styles from './keys-dialog.module.css';
import { SHORTCUTS } from './shortcuts.ts';

export function KeysDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  return (
    <Modal open title={words.shell.keysTitle} footer={null} onCancel={close} width={360}>
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
    </Modal>
  );
}

/** A command or a text to take away: shown as it is, with a button that copies it. */
import { Button } from 'antd';
import { useState } from 'react';
import { useWords } from '../i18n/words.tsx';
import styles from './copyable.module.css';

export function Copyable({ text }: { readonly text: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  // Browsers let a page copy only over https and on this machine; elsewhere the text is there to be marked.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  return (
    <div className={styles['copyable']}>
      <pre>{text}</pre>
      {clipboard !== undefined && (
        <Button
          size="small"
          onClick={() => {
            void clipboard.writeText(text).then(() => setCopied(true));
          }}
        >
          {isCopied ? words.shell.copied : words.shell.copy}
        </Button>
      )}
    </div>
  );
}

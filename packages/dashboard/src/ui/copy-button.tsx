/** Copies a text. Browsers let a page do that only over https and on the server's own machine; elsewhere there is no button. */
import { useState } from 'react';
import { useWords } from '../i18n/words.tsx';
import { PlainButton } from './plain-button.tsx';

export function CopyButton({ text }: { readonly text: string }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return null;
  return (
    <PlainButton
      onClick={() => {
        void clipboard.writeText(text).then(() => setCopied(true));
      }}
    >
      {isCopied ? words.shell.copied : words.shell.copy}
    </PlainButton>
  );
}

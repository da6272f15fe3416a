/** Shows more lines of a list. */
import { useWords } from '../i18n/words.tsx';
import { PlainButton } from './plain-button.tsx';

export function MoreButton({ onClick }: { readonly onClick: () => void }) {
  const words = useWords();
  return (
    <div>
      <PlainButton onClick={onClick}>{words.shell.more}</PlainButton>
    </div>
  );
}

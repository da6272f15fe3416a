/** Shows more lines of a list. */
import { Button } from 'antd';
import { useWords } from '../i18n/words.tsx';

export function MoreButton({ onClick }: { readonly onClick: () => void }) {
  const words = useWords();
  return (
    <div>
      <Button size="small" onClick={onClick}>
        {words.shell.more}
      </Button>
    </div>
  );
}

/** When a token ends; one without an end says so. */
import { useWords } from '../../i18n/words.tsx';
import { When } from '../../ui/when.tsx';

export function Expires({ at }: { readonly at: string | null }) {
  const words = useWords();
  return at === null ? words.access.never : <When at={at} />;
}

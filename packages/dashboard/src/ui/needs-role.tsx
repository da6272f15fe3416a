/** Instead of what the reader's role may not see: the reason, as the server would give it. */
import type { Role } from '@sluice/contract';
import { useWords } from '../i18n/words.tsx';
import { useSession } from '../shell/session-context.tsx';

export function NeedsRole({ needed }: { readonly needed: Role }) {
  const words = useWords();
  const session = useSession();
  return <p>{words.actions.needsRole(words.shell.role[session.role], words.shell.role[needed])}</p>;
}

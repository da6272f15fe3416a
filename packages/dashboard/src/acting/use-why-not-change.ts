/** Why nothing may be changed now, for a person; `null`: it may. */
import { whyNotChange } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import { useFeedState } from '../live/live-fleet.tsx';
import { useSession } from '../shell/session-context.tsx';
import { whyNotInWords } from './why-not-in-words.ts';

export function useWhyNotChange(): string | null {
  const words = useWords();
  const session = useSession();
  const isConnected = useFeedState().kind !== 'lost';
  return whyNotInWords(whyNotChange({ role: session.role, isConnected }), session, words);
}

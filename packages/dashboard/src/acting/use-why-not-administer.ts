/** Why who gets in may not be seen and changed now, for a person; `null`: it may. */
import { whyNotAdminister } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import { useFeedState } from '../live/live-fleet.tsx';
import { useSession } from '../shell/session-context.tsx';
import { whyNotInWords } from './why-not-in-words.ts';

export function useWhyNotAdminister(): string | null {
  const words = useWords();
  const session = useSession();
  const isConnected = useFeedState().kind !== 'lost';
  return whyNotInWords(whyNotAdminister({ ...session, isConnected }), session, words);
}

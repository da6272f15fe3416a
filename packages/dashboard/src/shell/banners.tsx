/** What is wrong with everything at once: the server is away, or many nodes fell silent together. Each goes by itself. */
import { useQuery } from '@tanstack/react-query';
import { queryKeys } from '../api/query-keys.ts';
import { valueIn } from '../api/problem-error.ts';
import { useWords } from '../i18n/words.tsx';
import { useFeedState } from '../live/live-fleet.tsx';
import { Notice } from '../ui/notice.tsx';
import { useNow } from '../ui/use-now.ts';
import { useApi } from './session-context.tsx';

/** Milliseconds: a mass silence is told within a lease, of which the shortest is some seconds. */
const STATUS_EVERY_MS = 5000;

export function Banners() {
  const api = useApi();
  const words = useWords();
  const state = useFeedState();
  const { data: status } = useQuery({
    queryKey: queryKeys.serverStatus,
    queryFn: async ({ signal }) => valueIn(await api.serverStatus({ signal })),
    refetchInterval: STATUS_EVERY_MS,
    retry: false,
  });
  const massSilence = status?.massSilence ?? null;
  return (
    <div role="status">
      {state.kind === 'lost' && <LostBanner since={state.since} detail={state.problem.detail} />}
      {state.kind === 'refused' && (
        <Notice
          isBanner
          type="error"
          title={words.shell.refusedTitle}
          description={`${state.problem.detail} ${state.problem.whatToDo}`}
        />
      )}
      {massSilence !== null && (
        <Notice
          isBanner
          type="error"
          title={words.shell.massSilenceTitle(massSilence.silentNodes, massSilence.ofNodes)}
          description={massSilence.detail}
        />
      )}
    </div>
  );
}

function LostBanner({ since, detail }: { readonly since: number; readonly detail: string }) {
  const words = useWords();
  const now = useNow();
  return (
    <Notice
      isBanner
      type="warning"
      title={words.shell.lostTitle}
      description={`${detail} ${words.shell.lostSince(words.durations.ago(now - since))}`}
    />
  );
}

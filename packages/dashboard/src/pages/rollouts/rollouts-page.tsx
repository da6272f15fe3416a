/** The rollouts: those under way on top, below them what has ended, the newest first. */
import { useNavigate } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { usePages } from '../../api/use-pages.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { EndedTable } from './ended-table.tsx';
import { NoRollouts } from './no-rollouts.tsx';
import { UnderWayList } from './under-way-list.tsx';

/** Rollouts of a page: what fills a screen. */
const PAGE_SIZE = '25';

const UNDER_WAY = 'running,paused,cancelling';
const ENDED = 'succeeded,failed,cancelled';

export function RolloutsPage() {
  const words = useWords();
  const navigate = useNavigate();
  const whyNot = useWhyNotChange();
  const underWay = useRollouts(UNDER_WAY);
  const ended = useRollouts(ENDED);
  const isEmpty = underWay.query.data?.length === 0 && ended.query.data?.length === 0 && ended.readMore === null;
  return (
    <Page
      title={words.rollouts.title}
      aside={
        <ActButton type="primary" whyNot={whyNot} onClick={() => void navigate(paths.newRollout())}>
          {words.rollouts.start}
        </ActButton>
      }
    >
      {isEmpty ? (
        <NoRollouts />
      ) : (
        <>
          <Section title={words.rollouts.underWay}>
            <Asked query={underWay.query}>
              {(rollouts) =>
                rollouts.length === 0 ? <p>{words.rollouts.underWayNone}</p> : <UnderWayList rollouts={rollouts} />
              }
            </Asked>
          </Section>
          <Section title={words.rollouts.history}>
            <Asked query={ended.query}>
              {(rollouts) =>
                rollouts.length === 0 ? <p>{words.rollouts.historyNone}</p> : <EndedTable rollouts={rollouts} />
              }
            </Asked>
            {ended.readMore !== null && <MoreButton onClick={ended.readMore} />}
          </Section>
        </>
      )}
    </Page>
  );
}

function useRollouts(status: string) {
  const api = useApi();
  return usePages([...queryKeys.rollouts({ status }), 'pages'], async (cursor, signal) =>
    valueIn(await api.listRollouts({ query: { status, ...cursor, limit: PAGE_SIZE }, signal })),
  );
}

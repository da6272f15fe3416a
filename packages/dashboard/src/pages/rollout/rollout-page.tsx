/** One rollout, live: how far it is and how it is steered, the picture of its batches, what is in flight, what failed, what was asked for. */
import type { Rollout } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { problemOf, valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { hasEnded } from '../../fleet-view/rollout-steering.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { rolloutTitle } from '../../ui/rollout-in-words.ts';
import { RolloutStatusMark } from '../../ui/status-mark.tsx';
import { AskedFor } from './asked-for.tsx';
import { BatchesPicture } from './batches-picture.tsx';
import { CellLegend } from './cell-legend.tsx';
import { FailedNodes } from './failed-nodes.tsx';
import { InFlight } from './in-flight.tsx';
import { RolloutHistory } from './rollout-history.tsx';
import styles from './rollout-page.module.css';
import { SteeringBar } from './steering-bar.tsx';
import { useRolloutNodes } from './use-rollout-nodes.ts';

/** Milliseconds: what it waits for, and when it ends, changes without an event. */
const ASKED_EVERY_MS = 3000;

export function RolloutPage() {
  const words = useWords();
  const api = useApi();
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: queryKeys.rollout(id),
    queryFn: async ({ signal }) => valueIn(await api.getRollout({ id, signal })),
    refetchInterval: ({ state: { data } }) => (data !== undefined && hasEnded(data.status) ? false : ASKED_EVERY_MS),
  });
  const { data: rollout, error } = query;
  const isNotThere = error !== null && problemOf(error).code === 'rollout-not-found';
  const title = rollout === undefined ? id : rolloutTitle(rollout.spec, words);
  return (
    <Page
      title={isNotThere ? words.rollouts.notFoundTitle : title}
      aside={rollout !== undefined && <RolloutStatusMark status={rollout.status} />}
    >
      <Asked query={query}>{(known) => <KnownRollout key={id} rollout={known} />}</Asked>
    </Page>
  );
}

function KnownRollout({ rollout }: { readonly rollout: Rollout }) {
  const words = useWords();
  const { nodes, isWhole, error } = useRolloutNodes(rollout.id, rollout.counts.nodes);
  return (
    <>
      <SteeringBar rollout={rollout} nodes={nodes} />
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <Section title={words.rollouts.picture}>
            {error !== null && <ProblemNotice error={error} />}
            {!isWhole && error === null && <p role="status">{words.rollouts.loadingNodes}</p>}
            {isWhole && (
              <>
                <CellLegend nodes={nodes} />
                <BatchesPicture nodes={nodes} />
              </>
            )}
          </Section>
          {isWhole && <InFlight nodes={nodes} />}
        </div>
        <div className={styles['column']}>
          {isWhole && <FailedNodes rolloutId={rollout.id} nodes={nodes} />}
          <AskedFor rollout={rollout} />
        </div>
      </div>
      <RolloutHistory rollout={rollout} />
      <div className={styles['foot']} />
    </>
  );
}

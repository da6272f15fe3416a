/** What stays in sight while a rollout goes on: how far it is, why it waits, and the button that stops it. */
import type { Rollout, RolloutNode } from '@sluice/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { batchNow, doneOf } from '../../fleet-view/rollout-progress.ts';
import { hasEnded, type Steering, steeringsOf } from '../../fleet-view/rollout-steering.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RolloutBar } from '../../ui/rollout-bar.tsx';
import { countsInWords } from '../../ui/rollout-in-words.ts';
import { When } from '../../ui/when.tsx';
import styles from './steering-bar.module.css';

const SteerDialog = lazy(async () => ({ default: (await import('./steer-dialog.tsx')).SteerDialog }));

interface SteeringBarProps {
  readonly rollout: Rollout;
  readonly nodes: readonly RolloutNode[];
}

export function SteeringBar({ rollout, nodes }: SteeringBarProps) {
  const [asked, setAsked] = useState<Exclude<Steering, 'pause'> | null>(null);
  const pause = usePause(rollout.id);
  const steerings = steeringsOf(rollout);
  return (
    <div className={styles['bar']} data-status={rollout.status}>
      <div className={styles['head']}>
        <Progress rollout={rollout} />
        {steerings.length > 0 && (
          <div className={styles['buttons']}>
            {steerings.map((steering, index) => (
              <span key={steering}>
                <SteerButton
                  steering={steering}
                  isFirst={index === 0}
                  isLoading={steering === 'pause' && pause.isPending}
                  press={() => (steering === 'pause' ? pause.mutate() : setAsked(steering))}
                />
              </span>
            ))}
          </div>
        )}
      </div>
      <Reason rollout={rollout} />
      {pause.error !== null && <ProblemNotice error={pause.error} />}
      <Suspense>
        {asked !== null && (
          <SteerDialog steering={asked} rollout={rollout} nodes={nodes} close={() => setAsked(null)} />
        )}
      </Suspense>
    </div>
  );
}

/** Pausing hurts nobody and may be urgent: it is not asked twice. */
function usePause(id: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => valueIn(await api.pauseRollout({ id, body: {} })),
    onSuccess: (told) => queryClient.setQueryData(queryKeys.rollout(id), told),
  });
}

interface SteerButtonProps {
  readonly steering: Steering;
  readonly isFirst: boolean;
  readonly isLoading: boolean;
  readonly press: () => void;
}

function SteerButton({ steering, isFirst, isLoading, press }: SteerButtonProps) {
  const words = useWords();
  const whyNot = useWhyNotChange();
  return (
    <ActButton
      size="large"
      type={isFirst ? 'primary' : 'default'}
      danger={steering === 'cancel'}
      loading={isLoading}
      whyNot={whyNot}
      onClick={press}
    >
      {words.rollouts.steer[steering]}
    </ActButton>
  );
}

function Progress({ rollout }: { readonly rollout: Rollout }) {
  const words = useWords();
  const { status, counts, batches, unavailable, expectedEndAt, createdAt, endedAt, waiting } = rollout;
  const batch = batchNow(batches);
  return (
    <div className={styles['progress']}>
      <div className={styles['line']}>
        <strong className={styles['done']}>{words.rollouts.doneOf(doneOf(counts), counts.nodes)}</strong>
        <span>{countsInWords(counts, words)}</span>
      </div>
      <RolloutBar counts={counts} />
      <div className={styles['line']}>
        {batch !== null && <span>{words.rollouts.batchOf(batch, batches.length)}</span>}
        {!hasEnded(status) && <span>{words.rollouts.outOf(unavailable.now, unavailable.allowed)}</span>}
        {status === 'running' && expectedEndAt !== null && (
          <span>
            {words.rollouts.ends} <When at={expectedEndAt} />
          </span>
        )}
        {endedAt !== null && (
          <span>
            <When at={endedAt} />,{' '}
            {words.rollouts.tookFor(words.durations.duration(Date.parse(endedAt) - Date.parse(createdAt)))}
          </span>
        )}
      </div>
      {/* It comes and goes with every place: its line is kept, so that nothing below moves. */}
      {status === 'running' && (
        <p className={styles['waiting']} title={waiting ?? undefined}>
          {counts.inProgress > 0 && waiting}
        </p>
      )}
    </div>
  );
}

/** Why it does not go on, or why it failed. */
function Reason({
  rollout: { status, pause, waiting, error, counts, newNodesCount, newNodes },
}: {
  readonly rollout: Rollout;
}) {
  const words = useWords();
  const { pausedBecause, pausedBy, waits, noneInFlight, cancellingText, failedBecause } = words.rollouts;
  return (
    <div role="status" className={styles['reasons']}>
      {status === 'paused' && pause !== null && (
        <Notice
          type="warning"
          title={`${pausedBecause[pause.because]} (${pausedBy(pause.by)})`}
          description={
            <>
              {pause.detail} <When at={pause.at} />
            </>
          }
        />
      )}
      {status === 'running' && counts.inProgress === 0 && waiting !== null && (
        <Notice type="info" title={`${waits}: ${waiting}`} description={noneInFlight} />
      )}
      {status === 'cancelling' && <Notice type="warning" title={cancellingText} />}
      {error !== null && <Notice type="error" title={failedBecause} description={error} />}
      {newNodesCount > 0 && (
        <p className={styles['soft']}>
          {words.rollouts.newNodes(newNodesCount)}: {newNodes.slice(0, 5).join(', ')}
          {newNodesCount > 5 && ' …'}
        </p>
      )}
    </div>
  );
}

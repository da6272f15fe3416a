/** A drain: how many sessions are left, when it will be over, what it waits for, and the ways out of it. */
import type { DrainView, Node } from '@sluice/contract';
import { lazy, Suspense, useState } from 'react';
import { drawnUntil } from '../../fleet-view/drain-curve.ts';
import { useWords } from '../../i18n/words.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/page.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import { useNow } from '../../ui/use-now.ts';
import { When } from '../../ui/when.tsx';
import { Blockers } from './blockers.tsx';
import styles from './drain-progress.module.css';
import { Holds } from './holds.tsx';
import { useDrainCurve } from './use-drain-curve.ts';

/** CSS pixels. */
const HEIGHT = 160;

const ActDialog = lazy(async () => ({ default: (await import('../../acting/act-dialog.tsx')).ActDialog }));

export function DrainProgress({ node }: { readonly node: Node }) {
  const [released, setReleased] = useState<string | null>(null);
  return (
    <>
      {node.drain !== null && <Drain node={node} drain={node.drain} release={setReleased} />}
      <Suspense>
        {/* Not part of the drain: it tells what came of its end. */}
        {released !== null && (
          <ActDialog action="undrain" nodeIds={[node.id]} given={{ hold: released }} close={() => setReleased(null)} />
        )}
      </Suspense>
    </>
  );
}

interface DrainProps {
  readonly node: Node;
  readonly drain: DrainView;
  readonly release: (hold: string) => void;
}

function Drain({ node, drain, release }: DrainProps) {
  const words = useWords();
  const { drainOf } = words.node;
  const { sessionsRemaining, sessionsAtStart, deadlineAt, onDeadline, phase, problem } = drain;
  return (
    <Section title={words.node.drain}>
      {problem !== null && <p className={styles['problem']}>{problem}</p>}
      <Facts
        facts={[
          [drainOf.left, drainOf.leftOf(sessionsRemaining, sessionsAtStart)],
          [drainOf.phase, words.status.drainPhase[phase] ?? phase],
          [
            drainOf.deadline,
            deadlineAt === null ? (
              drainOf.noDeadline
            ) : (
              <span key="deadline">
                <When at={deadlineAt} />; {drainOf.atDeadline[onDeadline]}
              </span>
            ),
          ],
          [drainOf.estimate, phase === 'drained' ? null : <Estimate key="estimate" drain={drain} />],
          [drainOf.asked, <When key="asked" at={drain.startedAt} />],
          [drainOf.by, drain.requestedBy],
          [drainOf.reason, drain.reason],
        ]}
      />
      {drain.forced && <p>{drainOf.forced}</p>}
      <Curve node={node} drain={drain} />
      <Blockers drain={drain} />
      <Holds holds={node.holds} release={release} />
    </Section>
  );
}

function Estimate({ drain: { estimatedMsLeft, deadlineAt } }: { readonly drain: DrainView }) {
  const words = useWords();
  const now = useNow();
  const { drainOf } = words.node;
  const { duration } = words.durations;
  if (estimatedMsLeft === null) return <>{drainOf.noRate}</>;
  const lateMs = deadlineAt === null ? 0 : now + estimatedMsLeft - Date.parse(deadlineAt);
  if (lateMs <= 0) return <>{drainOf.ends(duration(estimatedMsLeft))}</>;
  return <span className={styles['late']}>{drainOf.endsTooLate(duration(estimatedMsLeft), duration(lateMs))}</span>;
}

function Curve({ node, drain }: { readonly node: Node; readonly drain: DrainView }) {
  const words = useWords();
  const ticking = useNow();
  const points = useDrainCurve(node.id, drain);
  const { drainOf } = words.node;
  const last = points.at(-1);
  const { phase, estimatedMsLeft, sessionsRemaining, sessionsAtStart } = drain;
  if (last === undefined) return phase === 'drained' ? null : <p>{drainOf.curveEmpty}</p>;
  const isOver = phase === 'drained';
  const now = isOver ? last.at : Math.max(ticking, last.at);
  const endsAt = isOver || estimatedMsLeft === null ? null : now + estimatedMsLeft;
  const deadlineAt = drain.deadlineAt === null ? null : Date.parse(drain.deadlineAt);
  const until = drawnUntil({ startedAt: Date.parse(drain.startedAt), now, deadlineAt, endsAt });
  // Where it ends at this rate is one straight line from now, which may be cut off where the drawing ends.
  const expected = (at: number) =>
    endsAt === null || at < now || at > endsAt ? null : (last.sessions * (endsAt - at)) / Math.max(1, endsAt - now);
  const times = [...points.map(({ at }) => at), now, ...(endsAt !== null && endsAt < until ? [endsAt] : []), until];
  return (
    <TimeChart
      label={`${drainOf.curveOf(drainOf.leftOf(sessionsRemaining, sessionsAtStart))}`}
      height={HEIGHT}
      times={times}
      lines={[
        {
          values: times.map((at, index) => points[index]?.sessions ?? (at <= now ? last.sessions : null)),
          colour: 'draining',
          style: 'steps',
        },
        {
          values: times.map((at, index) => (index < points.length ? null : expected(at))),
          colour: 'inkSoft',
          style: 'expected',
        },
      ]}
      marks={deadlineAt === null ? [] : [{ at: deadlineAt, word: drainOf.deadline }]}
      unit="count"
      inWords={(sessions) => String(Math.round(sessions))}
      note={endsAt === null ? '' : drainOf.curveNote}
    />
  );
}

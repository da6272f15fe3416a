/** The nodes that a rollout is at now: which step, for how long, how many sessions are left, and what they wait for. */
import type { RolloutNode } from '@sluice/contract';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { isInFlight } from '../../fleet-view/rollout-progress.ts';
import { useWords } from '../../i18n/words.tsx';
import { useNode } from '../../live/live-fleet.tsx';
import { paths } from '../../paths.ts';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { RolloutNodeStatusMark } from '../../ui/status-mark.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useSteady } from '../../ui/use-steady.ts';
import { OperationLinks } from './operation-links.tsx';
import styles from './rollout-page.module.css';

/** Lines that are drawn at first. */
const SHOWN_MAX = 25;

export function InFlight({ nodes }: { readonly nodes: readonly RolloutNode[] }) {
  const words = useWords();
  const [shownMax, setShownMax] = useState(SHOWN_MAX);
  const inFlight = useMemo(() => nodes.filter(isInFlight), [nodes]);
  const { shown, aiming } = useSteady(inFlight, ({ nodeId }) => nodeId);
  return (
    <Section title={words.rollouts.inFlight} aside={<span className={styles['soft']}>{inFlight.length}</span>}>
      {shown.length === 0 ? (
        <p>{words.rollouts.inFlightNone}</p>
      ) : (
        <PlainTable
          label={words.rollouts.inFlight}
          rows={shown.slice(0, shownMax)}
          keyOf={({ nodeId }) => nodeId}
          aiming={aiming}
          columns={[
            { title: words.rollouts.node, cell: ({ nodeId }) => <Link to={paths.node(nodeId)}>{nodeId}</Link> },
            { title: words.rollouts.step, cell: ({ status }) => <RolloutNodeStatusMark status={status} /> },
            { title: words.rollouts.sessions, cell: ({ nodeId }) => <SessionsLeft nodeId={nodeId} /> },
            { title: words.rollouts.since, cell: ({ startedAt }) => <For since={startedAt} /> },
            { title: words.rollouts.detail, isLong: true, cell: ({ detail }) => detail },
            { title: words.actions.seeOperation, cell: (node) => <OperationLinks node={node} /> },
          ]}
        />
      )}
      {shown.length > shownMax && <MoreButton onClick={() => setShownMax(shownMax + 4 * SHOWN_MAX)} />}
    </Section>
  );
}

/** As the node itself tells it: of a drain how many are left of how many. */
function SessionsLeft({ nodeId }: { readonly nodeId: string }) {
  const words = useWords();
  const node = useNode(nodeId);
  if (node === undefined) return null;
  const { drain, load } = node;
  if (drain !== null && drain.sessionsRemaining !== null && node.status === 'draining')
    return <>{words.nodes.sessionsLeft(drain.sessionsRemaining, drain.sessionsAtStart)}</>;
  return <>{load.sessions === null ? words.durations.unknown : words.actions.sessions(load.sessions)}</>;
}

function For({ since }: { readonly since: string | null }) {
  const words = useWords();
  const now = useNow();
  return <>{since === null ? words.durations.none : words.durations.duration(Math.max(0, now - Date.parse(since)))}</>;
}

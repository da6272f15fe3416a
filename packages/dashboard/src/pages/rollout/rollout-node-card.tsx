/** What the picture tells of a node: where it is in the rollout, why, and how many sessions are on it. */
import type { RolloutNode } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { useNode } from '../../live/live-fleet.tsx';
import { RolloutNodeStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';

export function RolloutNodeCard({ node }: { readonly node: RolloutNode }) {
  const words = useWords();
  const { nodeId, status, detail, position, batch, attempt, startedAt, endedAt } = node;
  const sessions = useNode(nodeId)?.load.sessions ?? null;
  return (
    <>
      <strong>{nodeId}</strong>
      <RolloutNodeStatusMark status={status} />
      <span>{words.rollouts.cell(position, batch)}</span>
      {attempt > 1 && <span>{words.rollouts.attempt(attempt)}</span>}
      {detail !== null && <span>{detail}</span>}
      {sessions !== null && <span>{words.fleet.sessions(sessions)}</span>}
      {(endedAt ?? startedAt) !== null && <When at={endedAt ?? startedAt} />}
    </>
  );
}

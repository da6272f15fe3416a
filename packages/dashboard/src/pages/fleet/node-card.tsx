/** What the map tells of a node. */
import type { Node } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';

export function NodeCard({ node }: { readonly node: Node }) {
  const words = useWords();
  const { sessions } = node.load;
  return (
    <>
      <strong>{node.id}</strong>
      <NodeStatusMark status={node.status} />
      <span>{[node.type, node.region, node.zone].filter((part) => part !== null).join(' · ')}</span>
      {sessions !== null && <span>{words.fleet.sessions(sessions)}</span>}
      {node.workload.problem !== null && <span>{node.workload.problem}</span>}
    </>
  );
}

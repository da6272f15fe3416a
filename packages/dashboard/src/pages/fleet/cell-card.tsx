/** What the map tells of the cell under the pointer or the keys. */
import type { Node } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import styles from './cell-card.module.css';

/** CSS pixels. */
const WIDTH = 220;
const GAP = 8;

interface CellCardProps {
  readonly node: Node;
  readonly corner: { readonly x: number; readonly y: number };
  /** Of the cell. */
  readonly side: number;
  readonly frameWidth: number;
}

export function CellCard({ node, corner, side, frameWidth }: CellCardProps) {
  const words = useWords();
  const isBeside = corner.x + side + GAP + WIDTH <= frameWidth;
  const left = Math.max(0, isBeside ? corner.x + side + GAP : corner.x - GAP - WIDTH);
  const { sessions } = node.load;
  return (
    <>
      <div
        className={styles['ring']}
        style={{ left: corner.x - 2, top: corner.y - 2, width: side + 4, height: side + 4 }}
      />
      <div className={styles['card']} style={{ left, top: corner.y, width: WIDTH }}>
        <strong>{node.id}</strong>
        <NodeStatusMark status={node.status} />
        <span>{[node.type, node.region, node.zone].filter((part) => part !== null).join(' · ')}</span>
        {sessions !== null && <span>{words.fleet.sessions(sessions)}</span>}
        {node.workload.problem !== null && <span>{node.workload.problem}</span>}
      </div>
    </>
  );
}

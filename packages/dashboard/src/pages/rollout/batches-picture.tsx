/** The picture of a rollout: every node is one cell, batch after batch. */
import type { RolloutNode } from '@sluice/contract';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { cellAtPoint, cornerOfCell, layoutBatches, moveInBatches } from '../../fleet-view/batch-layout.ts';
import { nodesByBatch } from '../../fleet-view/rollout-progress.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useTheme } from '../../theme/theme.tsx';
import { CellCanvas } from '../../ui/cell-canvas.tsx';
import { useWidth } from '../../ui/use-width.ts';
import styles from './batches-picture.module.css';
import { drawBatches } from './draw-batches.ts';
import { RolloutNodeCard } from './rollout-node-card.tsx';

/** CSS pixels: with the bar above it, the picture is seen whole on a laptop. */
const HEIGHT_WANTED = 420;

export function BatchesPicture({ nodes }: { readonly nodes: readonly RolloutNode[] }) {
  const words = useWords();
  const navigate = useNavigate();
  const { palette } = useTheme();
  const [frame, width] = useWidth<HTMLDivElement>();

  const batches = useMemo(() => nodesByBatch(nodes), [nodes]);
  const countsKey = batches.map(({ length }) => length).join();
  // As long as no batch grows, every cell stays where it is.
  const layout = useMemo(
    () => layoutBatches(countsKey === '' ? [] : countsKey.split(',').map(Number), width, HEIGHT_WANTED),
    [countsKey, width],
  );
  const scale = window.devicePixelRatio;
  const { nodeStatuses } = words.rollouts;
  const look = useMemo(
    () => ({ layout, palette, scale, inWords: (status: RolloutNode['status']) => nodeStatuses[status] }),
    [layout, palette, scale, nodeStatuses],
  );
  return (
    <div ref={frame} className={styles['frame']}>
      <CellCanvas
        label={words.rollouts.pictureOf(nodes.length, batches.length)}
        width={width}
        height={layout.height}
        groups={batches}
        look={look}
        draw={drawBatches}
        cellAt={(x, y) => cellAtPoint(layout, x, y)}
        cornerOf={(place) => cornerOfCell(layout, place)}
        move={(from, direction) => (from === null ? { group: 0, index: 0 } : moveInBatches(layout, from, direction))}
        open={({ nodeId }) => void navigate(paths.node(nodeId))}
        card={(node) => <RolloutNodeCard node={node} />}
      />
    </div>
  );
}

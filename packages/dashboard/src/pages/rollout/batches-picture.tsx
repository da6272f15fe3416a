/** The picture of a rollout: every node is one cell, batch after batch. Hover tells, click opens; arrow keys and Enter do the same. */
import type { RolloutNode } from '@sluice/contract';
import { type KeyboardEvent, type MouseEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { cellAtPoint, cornerOfCell, layoutBatches, moveInBatches } from '../../fleet-view/batch-layout.ts';
import { type CellPlace, DIRECTION_OF_KEY } from '../../fleet-view/map-layout.ts';
import { nodesByBatch } from '../../fleet-view/rollout-progress.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useTheme } from '../../theme/theme.tsx';
import { CellCard } from '../../ui/cell-card.tsx';
import { useWidth } from '../../ui/use-width.ts';
import styles from './batches-picture.module.css';
import { type DrawnBatches, drawBatches } from './draw-batches.ts';
import { RolloutNodeCard } from './rollout-node-card.tsx';

/** CSS pixels: with the bar above it, the picture is seen whole on a laptop. */
const HEIGHT_WANTED = 420;

export function BatchesPicture({ nodes }: { readonly nodes: readonly RolloutNode[] }) {
  const words = useWords();
  const navigate = useNavigate();
  const { palette } = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, width] = useWidth<HTMLDivElement>();
  const drawn = useRef<DrawnBatches | null>(null);
  const [at, setAt] = useState<CellPlace | null>(null);
  const toldId = useId();

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
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) drawn.current = drawBatches(context, batches, look, drawn.current);
  }, [batches, look]);

  const nodeAt = (place: CellPlace | null) => (place === null ? undefined : batches[place.group]?.[place.index]);
  const placeUnder = ({ nativeEvent: { offsetX, offsetY } }: MouseEvent) => cellAtPoint(layout, offsetX, offsetY);
  const pointed = nodeAt(at);
  const open = (node: RolloutNode | undefined) => {
    if (node !== undefined) void navigate(paths.node(node.nodeId));
  };
  const press = (event: KeyboardEvent) => {
    const direction = DIRECTION_OF_KEY[event.key];
    if (direction !== undefined) setAt(at === null ? { group: 0, index: 0 } : moveInBatches(layout, at, direction));
    else if (event.key === 'Enter') open(pointed);
    else if (event.key === 'Escape') setAt(null);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={frame} className={styles['frame']}>
      <canvas
        ref={canvas}
        className={styles['canvas']}
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- keys are for it, not for the reader
        role="application"
        aria-label={words.rollouts.pictureOf(nodes.length, batches.length)}
        aria-describedby={toldId}
        width={Math.round(width * scale)}
        height={Math.round(layout.height * scale)}
        style={{ width, height: layout.height }}
        onMouseMove={(event) => setAt(placeUnder(event))}
        onMouseLeave={() => setAt(null)}
        onClick={(event) => open(nodeAt(placeUnder(event)))}
        onKeyDown={press}
        onBlur={() => setAt(null)}
      />
      <div id={toldId} aria-live="polite">
        {at !== null && pointed !== undefined && (
          <CellCard corner={cornerOfCell(layout, at)} side={layout.cell} frameWidth={width}>
            <RolloutNodeCard node={pointed} />
          </CellCard>
        )}
      </div>
    </div>
  );
}

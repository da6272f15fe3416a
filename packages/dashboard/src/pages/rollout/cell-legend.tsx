/** What the cells of the picture mean, with how many there are of each. */
import type { RolloutNode, RolloutNodeStatus } from '@sluice/contract';
import { useLayoutEffect, useRef } from 'react';
import { ROLLOUT_NODE_STATUSES } from '../../fleet-view/rollout-progress.ts';
import { useLanguage } from '../../i18n/words.tsx';
import { useTheme } from '../../theme/theme.tsx';
import styles from './batches-picture.module.css';
import { drawRolloutCell } from './draw-batches.ts';

/** CSS pixels. */
const SIDE = 14;
const CELL_STYLE = { width: SIDE, height: SIDE };

export function CellLegend({ nodes }: { readonly nodes: readonly RolloutNode[] }) {
  const { words, language } = useLanguage();
  const counts = new Map<RolloutNodeStatus, number>();
  for (const { status } of nodes) counts.set(status, (counts.get(status) ?? 0) + 1);
  return (
    <ul className={styles['legend']} aria-label={words.rollouts.legend}>
      {ROLLOUT_NODE_STATUSES.map((status) => (
        <li key={status}>
          <Cell status={status} />
          {words.rollouts.nodeStatuses[status]} {(counts.get(status) ?? 0).toLocaleString(language)}
        </li>
      ))}
    </ul>
  );
}

function Cell({ status }: { readonly status: RolloutNodeStatus }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { palette } = useTheme();
  const scale = window.devicePixelRatio;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    drawRolloutCell(context, status, 0, 0, SIDE, palette);
  }, [status, palette, scale]);
  return <canvas ref={canvas} aria-hidden="true" width={SIDE * scale} height={SIDE * scale} style={CELL_STYLE} />;
}

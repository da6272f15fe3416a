/** What a picture of cells tells of the one under the pointer or the keys: a ring around it, and a card beside it. */
import type { ReactNode } from 'react';
import styles from './cell-card.module.css';

/** CSS pixels. */
const WIDTH = 220;
const GAP = 8;

interface CellCardProps {
  readonly corner: { readonly x: number; readonly y: number };
  /** Of the cell. */
  readonly side: number;
  readonly frameWidth: number;
  readonly children: ReactNode;
}

export function CellCard({ corner, side, frameWidth, children }: CellCardProps) {
  const isBeside = corner.x + side + GAP + WIDTH <= frameWidth;
  const left = Math.max(0, isBeside ? corner.x + side + GAP : corner.x - GAP - WIDTH);
  return (
    <>
      <div
        className={styles['ring']}
        style={{ left: corner.x - 2, top: corner.y - 2, width: side + 4, height: side + 4 }}
      />
      <div className={styles['card']} style={{ left, top: corner.y, width: WIDTH }}>
        {children}
      </div>
    </>
  );
}

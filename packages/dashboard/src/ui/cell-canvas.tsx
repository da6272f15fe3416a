/** A picture in which every item is one cell. Hover tells, click opens; arrow keys and Enter do the same. */
import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { type CellPlace, type Direction, DIRECTION_OF_KEY } from '../fleet-view/map-layout.ts';
import { CellCard } from './cell-card.tsx';
import styles from './cell-canvas.module.css';
import type { CellsLook, DrawnCells } from './draw-cells.ts';

interface CellCanvasProps<Item, Look extends CellsLook> {
  readonly label: string;
  /** Of the frame in which it stands, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly groups: readonly (readonly Item[])[];
  readonly look: Look;
  /** The same function as long as it draws the same. */
  readonly draw: (
    context: CanvasRenderingContext2D,
    groups: readonly (readonly Item[])[],
    look: Look,
    before: DrawnCells<Look> | null,
  ) => DrawnCells<Look>;
  readonly cellAt: (x: number, y: number) => CellPlace | null;
  readonly cornerOf: (place: CellPlace) => { readonly x: number; readonly y: number };
  /** @param from `null`: no cell is pointed at. */
  readonly move: (from: CellPlace | null, direction: Direction) => CellPlace;
  readonly open: (item: Item) => void;
  /** What is told of the cell that is pointed at. */
  readonly card: (item: Item) => ReactNode;
}

export function CellCanvas<Item, Look extends CellsLook>(props: CellCanvasProps<Item, Look>) {
  const { label, width, height, groups, look, draw, cellAt, cornerOf, move, open, card } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<DrawnCells<Look> | null>(null);
  const [at, setAt] = useState<CellPlace | null>(null);
  const toldId = useId();
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) drawn.current = draw(context, groups, look, drawn.current);
  }, [draw, groups, look]);

  const itemAt = (place: CellPlace | null) => (place === null ? undefined : groups[place.group]?.[place.index]);
  const placeUnder = ({ nativeEvent: { offsetX, offsetY } }: MouseEvent) => cellAt(offsetX, offsetY);
  const pointed = itemAt(at);
  const openItem = (item: Item | undefined) => {
    if (item !== undefined) open(item);
  };
  const press = (event: KeyboardEvent) => {
    const direction = DIRECTION_OF_KEY[event.key];
    if (direction !== undefined) setAt(move(at, direction));
    else if (event.key === 'Enter') openItem(pointed);
    else if (event.key === 'Escape') setAt(null);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <canvas
        ref={canvas}
        className={styles['canvas']}
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- keys are for it, not for the reader
        role="application"
        aria-label={label}
        aria-describedby={toldId}
        width={Math.round(width * look.scale)}
        height={Math.round(height * look.scale)}
        style={{ width, height }}
        onMouseMove={(event) => setAt(placeUnder(event))}
        onMouseLeave={() => setAt(null)}
        onClick={(event) => openItem(itemAt(placeUnder(event)))}
        onKeyDown={press}
        onBlur={() => setAt(null)}
      />
      <div id={toldId} aria-live="polite">
        {at !== null && pointed !== undefined && (
          <CellCard corner={cornerOf(at)} side={look.layout.cell} frameWidth={width}>
            {card(pointed)}
          </CellCard>
        )}
      </div>
    </>
  );
}

/** The map of the fleet: every node is one cell. Hover tells, click opens; arrow keys and Enter do the same. */
import type { Node } from '@sluice/contract';
import { type KeyboardEvent, type MouseEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { type Grouping, groupNodes } from '../../fleet-view/group-nodes.ts';
import {
  cellAt,
  type CellPlace,
  cornerOf,
  DIRECTION_OF_KEY,
  layoutMap,
  moveFrom,
} from '../../fleet-view/map-layout.ts';
import { useLanguage } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useTheme } from '../../theme/theme.tsx';
import { CellCard } from '../../ui/cell-card.tsx';
import { useWidth } from '../../ui/use-width.ts';
import { type DrawnMap, drawMap } from './draw-map.ts';
import styles from './fleet-map.module.css';
import { NodeCard } from './node-card.tsx';

/** CSS pixels: with the counts above it, the map is seen whole on a laptop. */
const HEIGHT_WANTED = 460;

export function FleetMap({ nodes, grouping }: { readonly nodes: readonly Node[]; readonly grouping: Grouping }) {
  const { words } = useLanguage();
  const navigate = useNavigate();
  const { palette } = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, width] = useWidth<HTMLDivElement>();
  const drawn = useRef<DrawnMap | null>(null);
  const [at, setAt] = useState<CellPlace | null>(null);
  const toldId = useId();

  const groups = useMemo(() => groupNodes(nodes, grouping), [nodes, grouping]);
  const counts = groups.map(({ nodes: members }) => members.length);
  const countsKey = counts.join();
  // As long as no group grows or shrinks, every cell stays where it is.
  const layout = useMemo(
    () => layoutMap(countsKey === '' ? [] : countsKey.split(',').map(Number), width, HEIGHT_WANTED),
    [countsKey, width],
  );
  const scale = window.devicePixelRatio;
  const sessionsInWords = words.fleet.sessions;
  const look = useMemo(() => ({ layout, palette, scale, sessionsInWords }), [layout, palette, scale, sessionsInWords]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) drawn.current = drawMap(context, groups, look, drawn.current);
  }, [groups, look]);

  const nodeAt = (place: CellPlace | null) => (place === null ? undefined : groups[place.group]?.nodes[place.index]);
  const placeUnder = ({ nativeEvent: { offsetX, offsetY } }: MouseEvent) => cellAt(layout, offsetX, offsetY);
  const pointed = nodeAt(at);
  const open = (node: Node | undefined) => {
    if (node !== undefined) void navigate(paths.node(node.id));
  };
  const press = (event: KeyboardEvent) => {
    const direction = DIRECTION_OF_KEY[event.key];
    if (direction !== undefined) setAt(moveFrom(layout, at ?? { group: 0, index: -1 }, direction));
    else if (event.key === 'Enter') open(pointed);
    else if (event.key === 'Escape') setAt(null);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={frame} className={styles['frame']}>
      {groups.map(({ name, nodes: members }, index) => (
        <div
          key={name ?? ''}
          className={styles['name']}
          style={{
            left: layout.groups[index]?.left,
            top: layout.groups[index]?.top,
            width: layout.groups[index]?.width,
          }}
        >
          {grouping === 'none' ? words.fleet.title : (name ?? words.fleet.ungrouped)} <span>{members.length}</span>
        </div>
      ))}
      <canvas
        ref={canvas}
        className={styles['canvas']}
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- keys are for it, not for the reader
        role="application"
        aria-label={words.fleet.mapOf(nodes.length)}
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
          <CellCard corner={cornerOf(layout, at)} side={layout.cell} frameWidth={width}>
            <NodeCard node={pointed} />
          </CellCard>
        )}
      </div>
    </div>
  );
}

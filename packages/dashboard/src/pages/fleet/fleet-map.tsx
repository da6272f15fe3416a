/** The map of the fleet: every node is one cell. */
import type { Node } from '@sluice/contract';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { type Grouping, groupNodes } from '../../fleet-view/group-nodes.ts';
import { cellAt, cornerOf, layoutMap, moveFrom } from '../../fleet-view/map-layout.ts';
import { useLanguage } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useTheme } from '../../theme/theme.tsx';
import { CellCanvas } from '../../ui/cell-canvas.tsx';
import { useWidth } from '../../ui/use-width.ts';
import { drawMap } from './draw-map.ts';
import styles from './fleet-map.module.css';
import { NodeCard } from './node-card.tsx';

/** CSS pixels: with the counts above it, the map is seen whole on a laptop. */
const HEIGHT_WANTED = 460;

export function FleetMap({ nodes, grouping }: { readonly nodes: readonly Node[]; readonly grouping: Grouping }) {
  const { words } = useLanguage();
  const navigate = useNavigate();
  const { palette } = useTheme();
  const [frame, width] = useWidth<HTMLDivElement>();

  const groups = useMemo(() => groupNodes(nodes, grouping), [nodes, grouping]);
  const cells = useMemo(() => groups.map(({ nodes: members }) => members), [groups]);
  const countsKey = cells.map(({ length }) => length).join();
  // As long as no group grows or shrinks, every cell stays where it is.
  const layout = useMemo(
    () => layoutMap(countsKey === '' ? [] : countsKey.split(',').map(Number), width, HEIGHT_WANTED),
    [countsKey, width],
  );
  const scale = window.devicePixelRatio;
  const sessionsInWords = words.fleet.sessions;
  const look = useMemo(() => ({ layout, palette, scale, sessionsInWords }), [layout, palette, scale, sessionsInWords]);
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
      <CellCanvas
        label={words.fleet.mapOf(nodes.length)}
        width={width}
        height={layout.height}
        groups={cells}
        look={look}
        draw={drawMap}
        cellAt={(x, y) => cellAt(layout, x, y)}
        cornerOf={(place) => cornerOf(layout, place)}
        move={(from, direction) => moveFrom(layout, from ?? { group: 0, index: -1 }, direction)}
        open={({ id }) => void navigate(paths.node(id))}
        card={(node) => <NodeCard node={node} />}
      />
    </div>
  );
}

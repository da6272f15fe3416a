/** The map's groups: nodes by type, region, zone or any label. */
import type { Node } from '@sluice/contract';

const FIELDS = ['type', 'region', 'zone', 'none'] as const;
type Field = (typeof FIELDS)[number];

/** As it stands in the URL: `type`, or `label:env`. */
export type Grouping = Field | `label:${string}`;

export const GROUPING_FIELDS: readonly Field[] = FIELDS;

export interface NodeGroup {
  /** `null`: the nodes that have no such thing. */
  readonly name: string | null;
  /** By id. */
  readonly nodes: readonly Node[];
}

/** Labels that can be chosen: what people group by is on many nodes. */
const LABELS_MAX = 30;

const LABEL = 'label:';

/** @returns `null`: no grouping is written so. */
export function groupingIn(text: string | null): Grouping | null {
  const field = FIELDS.find((each) => each === text);
  if (field !== undefined) return field;
  return text !== null && isLabelGrouping(text) ? text : null;
}

function isLabelGrouping(text: string): text is `label:${string}` {
  return text.startsWith(LABEL) && text.length > LABEL.length;
}

export function labelOf(grouping: Grouping): string | null {
  return grouping.startsWith(LABEL) ? grouping.slice(LABEL.length) : null;
}

/** @param nodes By id. @returns By name; those without come last. */
export function groupNodes(nodes: readonly Node[], grouping: Grouping): readonly NodeGroup[] {
  const groups = new Map<string | null, Node[]>();
  for (const node of nodes) {
    const name = nameOf(node, grouping);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [node]);
    else group.push(node);
  }
  return [...groups]
    .map(([name, members]) => ({ name, nodes: members }))
    .sort((one, other) => byName(one.name, other.name));
}

function nameOf(node: Node, grouping: Grouping): string | null {
  switch (grouping) {
    case 'none':
      return null;
    case 'type':
      return node.type;
    case 'region':
      return node.region;
    case 'zone':
      return node.zone;
    default: {
      const key = grouping.slice(LABEL.length);
      return Object.hasOwn(node.labels, key) ? (node.labels[key] ?? null) : null;
    }
  }
}

function byName(one: string | null, other: string | null): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  return one.localeCompare(other, 'en', { numeric: true });
}

/** Keys of labels, those of the most nodes first. */
export function labelKeys(nodes: readonly Node[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { labels } of nodes) for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1))
    .slice(0, LABELS_MAX)
    .map(([key]) => key);
}

/** Finding nodes by a text: in id, name, type, address or a label, as `q` of the list does; the best first. */
import type { Node } from '@sluice/contract';

/** @param text As it was typed; a blank one finds nothing. */
export function searchNodes(nodes: readonly Node[], text: string): readonly Node[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const ranked = nodes.flatMap((node) => {
    const rank = rankOf(node, wanted);
    return rank === null ? [] : [{ node, rank }];
  });
  return ranked.sort((one, other) => one.rank - other.rank).map(({ node }) => node);
}

export function hasText(node: Node, wanted: string): boolean {
  return rankOf(node, wanted) !== null;
}

/** The smaller the better; `null`: it does not have the text. @param wanted In small letters. */
function rankOf({ id, name, type, ip, labels }: Node, wanted: string): number | null {
  const names = [id.toLowerCase(), name.toLowerCase()];
  if (names.includes(wanted)) return 0;
  if (names.some((each) => each.startsWith(wanted))) return 1;
  if (names.some((each) => each.includes(wanted))) return 2;
  const rest = [type, ip, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  return rest.some((each) => each.toLowerCase().includes(wanted)) ? 3 : null;
}

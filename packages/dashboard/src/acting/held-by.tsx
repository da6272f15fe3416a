/** Who holds a node out of rotation, for somebody who is about to act on it: another's hold stays when one's own is released. */
import { OPERATOR_HOLD, type Node } from '@sluice/contract';
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';

interface HeldByProps {
  readonly action: NodeAction;
  readonly nodes: readonly Node[];
  /** Of an undrain; `null`: the hold of people. */
  readonly released: string | null;
}

/** Of many nodes each tells it on its own page. */
export function HeldBy({ action, nodes, released }: HeldByProps) {
  const words = useWords();
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) return null;
  const name = released ?? OPERATOR_HOLD;
  const others = action === 'undrain' ? node.holds.filter((hold) => hold.name !== name) : node.holds;
  const list = others.map((hold) => words.actions.hold(hold.name, hold.owner, hold.reason)).join(', ');
  if (action === 'undrain')
    return (
      <p>
        {words.actions.releases(name)} {list !== '' && words.actions.staysHeldBy(list)}
      </p>
    );
  return list === '' ? null : <p>{words.actions.heldBy(list)}</p>;
}

/** Whether acting on nodes must be confirmed by typing, and what is to be typed: so that nobody hits many, or production, by one click too many. */
import type { Node } from '@sluice/contract';

/** Nodes up to which a look at the list is enough. */
const SEEN_AT_A_GLANCE_MAX = 10;

const PRODUCTION: ReadonlySet<string> = new Set(['prod', 'production']);

export interface TypedConfirmation {
  readonly phrase: string;
  readonly because: 'many' | 'production' | 'machine';
}

export function isProduction({ labels }: Node): boolean {
  return PRODUCTION.has((labels['env'] ?? '').toLowerCase());
}

/**
 * @param action The word that stands on the button.
 * @param isOfMachine It is done to machines, which may not come up again by themselves: then it is always typed.
 * @returns `null`: a press of the button is enough.
 */
export function confirmationFor(action: string, nodes: readonly Node[], isOfMachine = false): TypedConfirmation | null {
  const [first] = nodes;
  const phrase = nodes.length === 1 && first !== undefined ? first.id : `${action} ${nodes.length}`;
  if (nodes.length > SEEN_AT_A_GLANCE_MAX) return { phrase, because: 'many' };
  if (nodes.some(isProduction)) return { phrase, because: 'production' };
  return isOfMachine ? { phrase, because: 'machine' } : null;
}

/** Statuses of rollouts and of their nodes for the eye: each has a symbol and its word; the colour only repeats them. */
import type { RolloutCommand, RolloutNodeStatus, RolloutStatus } from '@sluice/contract';
import type { Colour } from '../output/colour.ts';
import type { Cell } from '../output/table.ts';

const ROLLOUT_STATUS: Readonly<Record<RolloutStatus, Cell>> = {
  running: { text: '◐ running', colour: 'yellow' },
  paused: { text: '‖ paused', colour: 'red' },
  cancelling: { text: '◐ cancelling', colour: 'grey' },
  succeeded: { text: '✓ succeeded', colour: 'green' },
  failed: { text: '✗ failed', colour: 'red' },
  cancelled: { text: '– cancelled', colour: 'grey' },
};

interface NodeMark {
  /** One column: the node's cell in the picture. */
  readonly letter: string;
  readonly word: string;
  readonly colour: Colour;
}

const NODE_STATUS: Readonly<Record<RolloutNodeStatus, NodeMark>> = {
  pending: { letter: '·', word: 'pending', colour: 'grey' },
  draining: { letter: 'D', word: 'draining', colour: 'yellow' },
  acting: { letter: 'R', word: 'running', colour: 'yellow' },
  undraining: { letter: 'U', word: 'undraining', colour: 'blue' },
  settling: { letter: 'H', word: 'settling', colour: 'blue' },
  succeeded: { letter: '✓', word: 'succeeded', colour: 'green' },
  failed: { letter: '✗', word: 'failed', colour: 'red' },
  skipped: { letter: '–', word: 'skipped', colour: 'grey' },
};

/** What is done to a node while its command runs; all begin with the letter of its cell. */
const ACTING: Readonly<Partial<Record<RolloutCommand['kind'], string>>> = {
  restart: 'restarting',
  reboot: 'rebooting',
};

/** Ended ones first, then those that are furthest. */
export const ROLLOUT_NODE_STATUSES = [
  'succeeded',
  'failed',
  'skipped',
  'settling',
  'undraining',
  'acting',
  'draining',
  'pending',
] as const satisfies readonly RolloutNodeStatus[];

export const ROLLOUT_STATUSES = [
  'running',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly RolloutStatus[];

/** A status of a newer server that this version does not know is shown as its word. */
export function rolloutStatusCell(status: RolloutStatus): Cell {
  return ROLLOUT_STATUS[status] ?? { text: `? ${String(status)}` };
}

export function rolloutNodeMark(status: RolloutNodeStatus, command: RolloutCommand): NodeMark {
  const mark = NODE_STATUS[status] ?? { letter: '?', word: String(status), colour: 'grey' };
  return status === 'acting' ? { ...mark, word: ACTING[command.kind] ?? mark.word } : mark;
}

export function rolloutNodeStatusCell(status: RolloutNodeStatus, command: RolloutCommand): Cell {
  const { letter, word, colour } = rolloutNodeMark(status, command);
  return { text: `${letter} ${word}`, colour };
}

/** The arithmetic of a budget: how many nodes it is for, how many may be unavailable, how many are. */
import type { CountOrPercent } from '@sluice/contract';
import { placesOf } from './places.ts';

/** A budget, counted. */
export interface Standing {
  readonly name: string;
  readonly maxUnavailable: CountOrPercent;
  /** Nodes that it is for. */
  readonly matching: number;
  /** How many may be unavailable, in nodes. */
  readonly allowed: number;
  /** Nodes of it that are, and slots that are held by somebody else. It may be more than `allowed`. */
  readonly unavailable: number;
  /** How many more may become unavailable. */
  readonly left: number;
}

/** Somebody who takes a place. */
export interface PlaceTaken {
  /** Of a node, or of the holder of a slot that is no node of the budget. */
  readonly id: string;
  /** In a word or two. */
  readonly because: string;
}

/** A budget that has no place left, and who has them. */
export interface FullBudget extends Standing {
  /** The first of those who take places, named. */
  readonly taken: readonly PlaceTaken[];
  /** Ids of more of them, those included. */
  readonly takenIds: readonly string[];
}

/** Counts a budget. */
export function standingOf(
  { name, maxUnavailable }: Pick<Standing, 'name' | 'maxUnavailable'>,
  matching: number,
  unavailable: number,
): Standing {
  const allowed = placesOf(maxUnavailable, matching);
  return { name, maxUnavailable, matching, allowed, unavailable, left: Math.max(0, allowed - unavailable) };
}

/** `Budget 'lobby' allows 3 of 12 nodes to be unavailable (25%), and 3 are`, without an end. */
export function standingInWords({
  name,
  maxUnavailable,
  matching,
  allowed,
  unavailable,
}: Omit<Standing, 'left'>): string {
  const share = typeof maxUnavailable === 'string' ? ` (${maxUnavailable})` : '';
  const are = unavailable === 0 ? 'none is' : `${unavailable} ${unavailable === 1 ? 'is' : 'are'}`;
  return `Budget '${name}' allows ${allowed} of ${matching} ${matching === 1 ? 'node' : 'nodes'} to be unavailable${share}, and ${are}`;
}

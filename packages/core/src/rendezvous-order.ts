/**
 * Who is asked first: each key has an order of its own over the members, that everybody finds by himself (rendezvous hashing).
 * Keys are spread evenly over the first places, and those of a member that is gone evenly over the others.
 */
import { numbersOf } from './numbers-of.ts';

/**
 * All of the members. The order does not depend on theirs, and a member that comes or goes leaves the others as they were.
 * @param members Each of them once.
 */
export function rendezvousOrder(key: string, members: readonly string[]): readonly string[] {
  return members
    .map((member) => ({ member, draw: numbersOf(`${key}\n${member}`)() }))
    .toSorted((one, other) => one.draw - other.draw || (one.member < other.member ? -1 : 1))
    .map(({ member }) => member);
}

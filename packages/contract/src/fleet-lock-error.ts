/** A refusal as FleetLock clients read it: a problem document whose members `kind` and `value` are an error of that protocol. */
import Type from 'typebox';
import { ProblemDocument } from './problem-document.ts';
import type { ProblemCode } from './problems.ts';

export const FleetLockProblem = Type.Object({
  ...ProblemDocument.properties,
  kind: Type.String({ minLength: 1, description: 'Type of the error, one of few: clients count by it.' }),
  value: Type.String({ minLength: 1, description: 'What is wrong, for a person: clients log it.' }),
});

/** Kinds that FleetLock clients know by another name than the problem's code. */
const KINDS: Partial<Readonly<Record<ProblemCode, string>>> = {
  'budget-exceeded': 'failed_lock_semaphore_full',
  'budget-not-found': 'unknown_group',
  'slot-draining': 'draining',
  'fleet-lock-header-missing': 'missing_header',
};

/** The members that make a problem document a FleetLock error; there are as many kinds as codes. */
export function fleetLockMembers(code: ProblemCode, detail: string): { readonly kind: string; readonly value: string } {
  return { kind: KINDS[code] ?? code.replaceAll('-', '_'), value: detail };
}

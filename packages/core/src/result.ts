/** Expected refusals as values: a result is either a value or the problem that the caller acts on. */
import type { Problem } from '@sluice/contract';

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export function refuse(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}

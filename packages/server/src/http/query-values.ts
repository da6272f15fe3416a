/** The values of a query: texts that somebody typed, read as what they stand for. A blank one is none. */
import type { Problem } from '@sluice/contract';

/** What an instant in a query must be. */
export const AN_INSTANT = 'an instant such as 2026-11-23T03:00:00Z (write + as %2B)';

export function wholeNumberTo(max: number): string {
  return `a whole number from 1 to ${max}`;
}

export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Separated by commas. */
export function listIn(text: string | undefined): readonly string[] | undefined {
  const values = given(text)
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return values?.length === 0 ? undefined : values;
}

/** The three below: `null` when the text is not what it should be. */
export function limitOf(text: string | undefined, byDefault: number, max: number): number | null {
  const trimmed = given(text);
  if (trimmed === undefined) return byDefault;
  const limit = /^\d{1,6}$/u.test(trimmed) ? Number(trimmed) : 0;
  return limit >= 1 && limit <= max ? limit : null;
}

/** RFC 3339, in epoch milliseconds. */
export function instantOf(text: string | undefined): number | undefined | null {
  const trimmed = given(text);
  if (trimmed === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/u.test(trimmed)) return null;
  const at = Date.parse(trimmed.toUpperCase());
  return Number.isNaN(at) ? null : at;
}

/** The number of an event. */
export function sequenceOf(text: string | undefined): number | undefined | null {
  const trimmed = given(text);
  if (trimmed === undefined) return undefined;
  return /^\d{1,15}$/u.test(trimmed) ? Number(trimmed) : null;
}

export function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}

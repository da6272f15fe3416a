/** The filters that routes about many nodes have in common, as they stand in a query. */
import { parseSelector, type Result, type Selector } from '@sluice/core';

/** A query value: one text, or several that count like one with commas. */
type Filter = string | readonly string[] | undefined;

/** The trimmed text of a filter; `undefined`: a blank one is no filter. */
export function textOf(filter: Filter): string | undefined {
  const texts = [filter ?? []].flat().map((text) => text.trim());
  return texts.filter((text) => text !== '').join(',') || undefined;
}

/** `null`: no filter. */
export function listOf(filter: Filter): ReadonlySet<string> | null {
  const values = (textOf(filter) ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return values.length === 0 ? null : new Set(values);
}

/** `null`: no filter. */
export function selectorOf(filter: Filter): Result<Selector | null> {
  const text = textOf(filter);
  return text === undefined ? { ok: true, value: null } : parseSelector(text);
}

/** Rows do not move while somebody aims at one of them. */

export interface ShownRows {
  readonly ids: readonly string[];
  /** Whether another order, or other rows, are wanted by now. */
  readonly isOutdated: boolean;
}

/**
 * @param shown The rows as they are now.
 * @param wanted The rows as filter and order want them.
 * @param isAimedAt Whether the pointer or the keyboard is among the rows: then every row stays in its place, also one that is
 * not wanted any more, and what is new waits.
 */
export function rowsToShow(shown: readonly string[], wanted: readonly string[], isAimedAt: boolean): ShownRows {
  const isSame = shown.length === wanted.length && shown.every((id, index) => id === wanted[index]);
  if (isSame) return { ids: shown, isOutdated: false };
  return isAimedAt ? { ids: shown, isOutdated: true } : { ids: wanted, isOutdated: false };
}

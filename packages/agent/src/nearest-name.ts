/** The name that somebody may have meant who wrote another one. */

/** `null`: none is near enough to be meant. */
export function nearestName(written: string, known: readonly string[]): string | null {
  const byDistance = known
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .toSorted((one, other) => one.distance - other.distance);
  const [nearest] = byDistance;
  if (nearest === undefined) return null;
  return nearest.distance <= Math.max(1, Math.floor(Math.max(written.length, nearest.name.length) / 3))
    ? nearest.name
    : null;
}

/** How many letters must be put in, left out or changed (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < other.length; column += 1) {
      const changed = (row[column] ?? 0) + (one.charAt(index) === other.charAt(column) ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

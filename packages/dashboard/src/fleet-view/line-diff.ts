/** What differs between two texts, line by line. */
import { structuredPatch, type StructuredPatchHunk } from 'diff';

/** Lines around what differs. */
const CONTEXT_LINES = 3;

/** The places that differ. Each line begins with `+` (only in `after`), `-` (only in `before`) or a space. */
export function lineHunks(before: string, after: string): readonly StructuredPatchHunk[] {
  // With a line break at both ends: that there is none is no difference of the JSON.
  return structuredPatch('', '', `${before}\n`, `${after}\n`, '', '', { context: CONTEXT_LINES }).hunks;
}

interface DifferingLines {
  /** Numbers of lines, from 1. */
  readonly before: ReadonlySet<number>;
  readonly after: ReadonlySet<number>;
}

/** The lines that stand in only one of the texts. */
export function differingLines(before: string, after: string): DifferingLines {
  const found = { before: new Set<number>(), after: new Set<number>() };
  for (const { oldStart, newStart, lines } of lineHunks(before, after)) {
    let [old, fresh] = [oldStart, newStart];
    for (const line of lines) {
      if (line.startsWith('-')) found.before.add(old);
      if (line.startsWith('+')) found.after.add(fresh);
      if (!line.startsWith('+')) old += 1;
      if (!line.startsWith('-')) fresh += 1;
    }
  }
  return found;
}

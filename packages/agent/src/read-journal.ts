/** Entries of the journal file as what they are. Their checksums have shown that this program wrote them. */
import type { JournalEntry } from '@sluice/core';

const KINDS: ReadonlySet<string> = new Set<JournalEntry['kind']>([
  'availability',
  'drain-hook-called',
  'undrain-hook-returned',
  'drained',
  'sessions-returned',
  'act-accepted',
  'act-begun',
  'reboot-commanded',
  'act-ended',
  'act-acknowledged',
  'agent-started',
]);

/** @throws Error for the one who started the agent, when a newer agent wrote something that this one does not know. */
export function readJournalEntries(entries: readonly unknown[], directory: string): readonly JournalEntry[] {
  return entries.map((entry) => {
    if (isJournalEntry(entry)) return entry;
    throw new Error(
      `The journal in ${directory} was written by another version of the agent. Start that version, or move the journal away: then what this node was told is forgotten.`,
    );
  });
}

function isJournalEntry(entry: unknown): entry is JournalEntry {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'kind' in entry &&
    typeof entry.kind === 'string' &&
    KINDS.has(entry.kind)
  );
}

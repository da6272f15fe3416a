/** The agent's journal: what it must still know after a crash, as entries that are written and synced before anything follows from them. */
import type {
  Availability,
  DrainEvidence,
  Hold,
  OperationError,
  OperationResult,
  OperationStart,
} from '@sluice/contract';

/** Ended and acknowledged acts that are remembered, so that one that is sent once more is not performed once more. */
const REMEMBERED_ACTS_MAX = 200;
/** Updates of an act between two starts of the agent stay below this, so that later ones always count higher. */
const SEQUENCES_PER_START = 1_000_000;

export type ActEnd = {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly result: OperationResult | null;
  readonly error: OperationError | null;
  readonly output: string | null;
};

export type JournalEntry =
  /** What is wanted of the node. `forceAt` is in epoch milliseconds of this machine's clock. */
  | {
      readonly kind: 'availability';
      readonly generation: number;
      readonly availability: Availability;
      /** It was the other before that generation, seen or not: what was proved before proves nothing any more. */
      readonly sinceGeneration: number;
      /** It turned while nobody could tell this agent, or this journal is an older copy: the workload may be drained already. */
      readonly wasMissed?: boolean;
      readonly forceAt: number | null;
      readonly holds: readonly Hold[];
    }
  /** The workload is about to be asked to drain; from here on it must be asked to undrain before it serves again. */
  | { readonly kind: 'drain-hook-called' }
  | { readonly kind: 'undrain-hook-returned' }
  /** The proof that the node is empty; holds until availability turns. */
  | { readonly kind: 'drained'; readonly evidence: DrainEvidence }
  /** Somebody was seen on a node that had been empty. */
  | { readonly kind: 'sessions-returned' }
  | { readonly kind: 'act-accepted'; readonly start: OperationStart }
  /** It is being performed from here on: whether it was, after a crash, nobody knows but the incarnation. */
  | { readonly kind: 'act-begun'; readonly operationId: string; readonly incarnation: number }
  /**
   * The command that reboots the machine is about to be given, in this boot: it never is again.
   * `until`, in epoch milliseconds of this machine's clock: when the machine has not gone down in time.
   */
  | { readonly kind: 'reboot-commanded'; readonly operationId: string; readonly bootId: string; readonly until: number }
  | { readonly kind: 'act-ended'; readonly operationId: string; readonly end: ActEnd }
  | { readonly kind: 'act-acknowledged'; readonly operationId: string }
  /** The agent started (again): sequence numbers go on from a higher base. */
  | { readonly kind: 'agent-started' };

export interface JournaledAct {
  readonly start: OperationStart;
  readonly state: 'accepted' | 'begun' | 'ended';
  /** The workload's incarnation when it was begun. */
  readonly incarnationBefore: number;
  /** That the machine was told to reboot; absent: it was not. */
  readonly reboot?: { readonly bootId: string; readonly until: number };
  readonly end: ActEnd | null;
  readonly isAcknowledged: boolean;
  /** Sequence of the newest update. */
  readonly sequence: number;
}

export interface Journal {
  readonly generation: number;
  readonly availability: Availability;
  readonly forceAt: number | null;
  readonly holds: readonly Hold[];
  readonly mustUndrain: boolean;
  /** A whole drain was missed, or forgotten with an older copy of this journal: the workload may still be drained. */
  readonly mayBeDrained: boolean;
  readonly evidence: DrainEvidence | null;
  /** Once drained, a deadline does not end sessions that came back. */
  readonly wasDrained: boolean;
  readonly acts: readonly JournaledAct[];
  readonly starts: number;
}

const EMPTY_JOURNAL: Journal = {
  generation: 0,
  availability: 'active',
  forceAt: null,
  holds: [],
  mustUndrain: false,
  mayBeDrained: false,
  evidence: null,
  wasDrained: false,
  acts: [],
  starts: 0,
};

/** The journal after an entry. Total: entries about acts that are not known any more change nothing. */
export function applyEntry(journal: Journal, entry: JournalEntry): Journal {
  switch (entry.kind) {
    case 'availability': {
      const { generation, availability, forceAt, holds } = entry;
      const turned = hasTurned(journal, entry);
      return {
        ...journal,
        generation,
        availability,
        forceAt,
        holds,
        mayBeDrained: journal.mayBeDrained || entry.wasMissed === true,
        evidence: turned ? null : journal.evidence,
        wasDrained: turned ? false : journal.wasDrained,
      };
    }
    case 'drain-hook-called':
      return { ...journal, mustUndrain: true };
    case 'undrain-hook-returned':
      return { ...journal, mustUndrain: false, mayBeDrained: false };
    case 'drained':
      return { ...journal, evidence: entry.evidence, wasDrained: true };
    case 'sessions-returned':
      return { ...journal, evidence: null };
    case 'agent-started': {
      const starts = journal.starts + 1;
      return {
        ...journal,
        starts,
        acts: journal.acts.map((act) => ({ ...act, sequence: starts * SEQUENCES_PER_START })),
      };
    }
    case 'act-accepted': {
      const act: JournaledAct = {
        start: entry.start,
        state: 'accepted',
        incarnationBefore: 0,
        end: null,
        isAcknowledged: false,
        sequence: journal.starts * SEQUENCES_PER_START + 1,
      };
      return { ...journal, acts: forgetOld([...journal.acts, act]) };
    }
    case 'act-begun':
      return withAct(journal, entry.operationId, (act) => ({
        ...act,
        state: 'begun',
        incarnationBefore: entry.incarnation,
        sequence: act.sequence + 1,
      }));
    case 'reboot-commanded': {
      const { bootId, until } = entry;
      return withAct(journal, entry.operationId, (act) => ({
        ...act,
        reboot: { bootId, until },
        sequence: act.sequence + 1,
      }));
    }
    case 'act-ended':
      return withAct(journal, entry.operationId, (act) => ({
        ...act,
        state: 'ended',
        end: entry.end,
        sequence: act.sequence + 1,
      }));
    case 'act-acknowledged':
      return withAct(journal, entry.operationId, (act) => ({ ...act, isAcknowledged: true }));
  }
}

/** Whether the wish is the other one, or was in between. */
export function hasTurned(
  journal: Journal,
  wish: { readonly availability: Availability; readonly sinceGeneration: number },
): boolean {
  return wish.availability !== journal.availability || wish.sinceGeneration > journal.generation;
}

export function replayJournal(entries: readonly JournalEntry[]): Journal {
  return entries.reduce(applyEntry, EMPTY_JOURNAL);
}

/** The fewest entries that replay to the same journal (but for its sequences, which the next start raises): what a compaction writes. */
export function entriesOf(journal: Journal): readonly JournalEntry[] {
  const { generation, availability, forceAt, holds } = journal;
  const entries: JournalEntry[] = [];
  for (let start = 0; start < journal.starts; start += 1) entries.push({ kind: 'agent-started' });
  const wasMissed = journal.mayBeDrained;
  entries.push({ kind: 'availability', generation, availability, sinceGeneration: 0, wasMissed, forceAt, holds });
  if (journal.mustUndrain) entries.push({ kind: 'drain-hook-called' });
  if (journal.wasDrained) {
    entries.push({ kind: 'drained', evidence: journal.evidence ?? { kind: 'settled', settledAt: 0 } });
    if (journal.evidence === null) entries.push({ kind: 'sessions-returned' });
  }
  for (const act of journal.acts) {
    const { operationId } = act.start;
    entries.push({ kind: 'act-accepted', start: act.start });
    if (act.state !== 'accepted') entries.push({ kind: 'act-begun', operationId, incarnation: act.incarnationBefore });
    if (act.reboot !== undefined) entries.push({ kind: 'reboot-commanded', operationId, ...act.reboot });
    if (act.end !== null) entries.push({ kind: 'act-ended', operationId, end: act.end });
    if (act.isAcknowledged) entries.push({ kind: 'act-acknowledged', operationId });
  }
  return entries;
}

export function actOf(journal: Journal, operationId: string): JournaledAct | undefined {
  return journal.acts.find((act) => act.start.operationId === operationId);
}

/** Whether the act that is meant reboots the machine. */
export function isReboot(journal: Journal, { operationId }: { readonly operationId: string }): boolean {
  return actOf(journal, operationId)?.start.expectedBootId !== undefined;
}

function withAct(journal: Journal, operationId: string, change: (act: JournaledAct) => JournaledAct): Journal {
  return { ...journal, acts: journal.acts.map((act) => (act.start.operationId === operationId ? change(act) : act)) };
}

/** Only what has ended and is acknowledged may be forgotten, the oldest first. */
function forgetOld(acts: readonly JournaledAct[]): readonly JournaledAct[] {
  const settled = acts.filter((act) => act.isAcknowledged && act.end !== null);
  const tooMany = settled.length - REMEMBERED_ACTS_MAX;
  if (tooMany <= 0) return acts;
  const forgotten = new Set(settled.slice(0, tooMany));
  return acts.filter((act) => !forgotten.has(act));
}

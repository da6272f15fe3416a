/** What an entry of the audit is about, in a word: the name of a token, a hold or a rollout, the holder of a slot, the kind of an operation. */
import type { AuditEntry, Json } from '@sluice/contract';

/** What runs a command that an agent declares has no kind of its own. */
const DECLARED = 'declared';

/** @returns `null`: its action says it all. */
export function auditSubject({ before, after }: Pick<AuditEntry, 'before' | 'after'>, action: string): string | null {
  // Metadata may have a name too, which says nothing of the change.
  if (action === 'MetadataReplaced') return null;
  const value = after ?? before;
  if (!isObject(value)) return null;
  const { name, kind, id } = value;
  if (typeof name === 'string') return name;
  if (typeof id === 'string' && (action.startsWith('Rollout') || action.startsWith('Slot'))) return id;
  return action === 'OperationRequested' && typeof kind === 'string' && kind !== DECLARED ? kind : null;
}

/** The rollout that an entry is about; `null`: none. */
export function rolloutOf({ after }: Pick<AuditEntry, 'after'>, action: string): string | null {
  if (!action.startsWith('Rollout') || !isObject(after)) return null;
  const { id } = after;
  return typeof id === 'string' ? id : null;
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an entry of the audit is about, in a word: the name of a token or a hold, the kind of an operation. */
import type { AuditEntry, Json } from '@sluice/contract';

/** What runs a command that an agent declares has no kind of its own. */
const DECLARED = 'declared';

/** @returns `null`: its action says it all. */
export function auditSubject({ before, after }: Pick<AuditEntry, 'before' | 'after'>, action: string): string | null {
  // Metadata may have a name too, which says nothing of the change.
  if (action === 'MetadataReplaced') return null;
  const value = after ?? before;
  if (!isObject(value)) return null;
  const { name, kind } = value;
  if (typeof name === 'string') return name;
  return action === 'OperationRequested' && typeof kind === 'string' && kind !== DECLARED ? kind : null;
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wanted of a node changes: every wish has a generation of its own. */
import type { Availability } from '@sluice/contract';
import type { Draft } from '../draft.ts';

export function wish(draft: Draft, availability: Availability): void {
  const { wished, generation } = draft.node();
  draft.record({ kind: 'AvailabilityWished', availability, before: wished, generation: generation + 1 });
}

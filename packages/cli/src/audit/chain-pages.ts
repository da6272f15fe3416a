/** The server's chain of events, a page after the other, up to where it stood at the beginning. */
import type { Answer, Client } from '@sluice/client';
import type { ChainedRecord } from '@sluice/contract';
import type { Head } from './verify-chain.ts';

type Problem = Extract<Answer<unknown>, { readonly ok: false }>['problem'];

/** What was read: events, oldest first; at the end the head; or why it could not be read. */
export type ChainItem =
  | { readonly kind: 'event'; readonly event: ChainedRecord }
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** @param after Only what comes after this event. */
export async function* chainOf(client: Client, after: number): AsyncGenerator<ChainItem> {
  let head: Head | null = null;
  for (let last = after; ;) {
    const answer = await client.readChain({ query: { after: String(last) } });
    if (!answer.ok) {
      yield { kind: 'refused', problem: answer.problem };
      return;
    }
    const end: Head = (head ??= answer.value.head);
    for (const event of answer.value.items) {
      if (event.sequence > end.sequence) break;
      yield { kind: 'event', event };
      last = event.sequence;
    }
    if (last >= end.sequence || answer.value.items.length === 0) {
      yield { kind: 'head', head: end };
      return;
    }
  }
}

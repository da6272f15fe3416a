/** The server's chain of events, a page after the other, up to where it stood at the beginning. */
import type { Answer, Client } from '@sluice/client';
import type { ChainedRecord } from '@sluice/contract';
import type { Head } from './verify-chain.ts';

type Problem = Extract<Answer<unknown>, { readonly ok: false }>['problem'];

/** What was read: events, oldest first; at the end the head; or why it could not be read. */
export type ChainItem =
  | { readonly kind: 'event'; readonly event: ChainedRecord }
  /** `after`: the events began after this one; `null`: with the oldest that is kept. */
  | { readonly kind: 'head'; readonly head: Head; readonly after: number | null }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** @param after Only what comes after this event; `null`: all. */
export async function* chainOf(client: Client, after: number | null): AsyncGenerator<ChainItem> {
  let head: Head | null = null;
  for (let last = after; ;) {
    const answer = await client.readChain({ query: last === null ? {} : { after: String(last) } });
    if (!answer.ok) {
      yield { kind: 'refused', problem: answer.problem };
      return;
    }
    const end: Head = (head ??= answer.value.head);
    for (const event of answer.value.items) {
      // Committed since the beginning; what is beyond even the newest head was put in by somebody else, and is shown.
      if (event.sequence > end.sequence && event.sequence <= answer.value.head.sequence) break;
      yield { kind: 'event', event };
      last = event.sequence;
    }
    if ((last ?? 0) >= end.sequence || answer.value.items.length === 0) {
      yield { kind: 'head', head: end, after };
      return;
    }
  }
}

/** The dead letters of a webhook, page after page. */
import type { Client, ClientProblem } from '@sluice/client';
import type { DeadLetter } from '@sluice/contract';

export type DeadLettersRead =
  | { readonly ok: true; readonly letters: readonly DeadLetter[] }
  | { readonly ok: false; readonly problem: ClientProblem };

/** All of them, oldest first: the server keeps a thousand at most. */
export async function readDeadLetters(client: Client, id: string): Promise<DeadLettersRead> {
  const letters: DeadLetter[] = [];
  for (let after: number | null = -1; after !== null;) {
    const answer: Awaited<ReturnType<Client['listDeadLetters']>> = await client.listDeadLetters({
      id,
      query: after < 0 ? {} : { after: String(after) },
    });
    if (!answer.ok) return { ok: false, problem: answer.problem };
    letters.push(...answer.value.items);
    after = answer.value.nextAfter;
  }
  return { ok: true, letters };
}

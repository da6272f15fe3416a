/** The query of who is logged in, which uses up a one-time link where there is one. */
import type { ClientProblem } from '@sluice/client';
import { queryOptions } from '@tanstack/react-query';
import { takeLoginCode } from './login-link.ts';
import { problemOf } from './problem-error.ts';
import { queryKeys } from './query-keys.ts';
import { logInWithCode, readSession, type Session } from './session.ts';

interface SessionState {
  /** `null`: nobody is logged in. */
  readonly session: Session | null;
  /** Why the link that somebody came by opened nothing. */
  readonly linkProblem: ClientProblem | null;
}

const loginCode = takeLoginCode();
let isLinkUsed = loginCode === null;

export const sessionQuery = queryOptions({
  queryKey: queryKeys.session,
  queryFn: async (): Promise<SessionState> => {
    const linkProblem = await redeemLink();
    return { session: await readSession(), linkProblem };
  },
  staleTime: Infinity,
});

async function redeemLink(): Promise<ClientProblem | null> {
  if (isLinkUsed || loginCode === null) return null;
  isLinkUsed = true;
  try {
    await logInWithCode(loginCode);
    return null;
  } catch (error) {
    // Whoever is logged in already goes on; whoever is not is told at the login.
    return problemOf(error);
  }
}

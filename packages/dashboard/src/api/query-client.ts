/** How queries and mutations behave: reading is tried again, acting never. */
import { QueryClient } from '@tanstack/react-query';
import { problemOf } from './problem-error.ts';

/** Tries beside the first: the banner tells of a server that is away, so a page need not wait long for it. */
const RETRIES_MAX = 3;
/** Milliseconds for which an answer is taken as true without being asked again; events make it old sooner. */
const STALE_MS = 10_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // `always`: what was pressed while the line was down must fail at once, and not be done when nobody looks any more.
      queries: {
        networkMode: 'always',
        staleTime: STALE_MS,
        retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Whether asking again may bring another answer. */
function isPassing(error: unknown): boolean {
  const { status } = problemOf(error);
  return status === null || status >= 500 || status === 429;
}

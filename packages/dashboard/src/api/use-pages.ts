/** A list that the API gives a page at a time, newest first: read again when an event makes it out of date, longer when somebody asks. */
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

/** Pages that are kept true at once: each is asked for again when something happens. */
const PAGES_MAX = 20;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

interface PagedList<Item> {
  /** `undefined` data: nothing has been answered yet. */
  readonly query: {
    readonly data: readonly Item[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  /** `null`: there is no more, or no more is read. */
  readonly readMore: (() => void) | null;
  /** Whether there is more than is read. */
  readonly isCutOff: boolean;
}

/**
 * @param queryKey Different from the key of a query that reads a single page.
 * @param read Throws a `ProblemError`. @param isWanted `false`: nothing is asked, and the list is empty.
 */
export function usePages<Item>(
  queryKey: QueryKey,
  read: (cursor: { readonly cursor?: string }, signal: AbortSignal) => Promise<Page<Item>>,
  isWanted = true,
): PagedList<Item> {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: firstPage(),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: isWanted,
  });
  const isFull = (data?.pages.length ?? 0) >= PAGES_MAX;
  const readMore = () => {
    if (!isFetchingNextPage) void fetchNextPage();
  };
  const items = isWanted ? data?.pages.flatMap((page) => page.items) : [];
  return {
    query: { data: items, error, refetch },
    readMore: isWanted && hasNextPage && !isFull ? readMore : null,
    isCutOff: isWanted && hasNextPage && isFull,
  };
}

function firstPage(): string | null {
  return null;
}

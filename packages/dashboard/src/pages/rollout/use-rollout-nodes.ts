/** The nodes of a rollout, in their order, kept true: of ten thousand only the pages are read again on which something happened. */
import type { ClientEvent } from '@sluice/client';
import { type RolloutNode, ROLLOUT_NODES_LIMIT_MAX } from '@sluice/contract';
import { type QueryClient, useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useToldEvents } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';

/** Milliseconds for which events are gathered: a page of a thousand nodes is some hundred kilobytes. */
const GATHER_MS = 700;

interface RolloutNodes {
  readonly nodes: readonly RolloutNode[];
  /** Whether all of them have been read. */
  readonly isWhole: boolean;
  readonly error: Error | null;
}

/** @param count Nodes of the rollout. */
export function useRolloutNodes(id: string, count: number): RolloutNodes {
  const api = useApi();
  const pages = Math.ceil(count / ROLLOUT_NODES_LIMIT_MAX);
  const read = useQueries({
    queries: Array.from({ length: pages }, (_none, page) => ({
      queryKey: queryKeys.rolloutNodes(id, page),
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
        const query = { after: String(page * ROLLOUT_NODES_LIMIT_MAX), limit: String(ROLLOUT_NODES_LIMIT_MAX) };
        return valueIn(await api.listRolloutNodes({ id, query, signal })).items;
      },
      staleTime: 0,
    })),
    combine,
  });
  useFreshPages(id, read.nodes);
  return read;
}

function combine(results: readonly UseQueryResult<readonly RolloutNode[]>[]): RolloutNodes {
  return {
    nodes: results.flatMap(({ data }) => data ?? []),
    isWhole: results.every(({ data }) => data !== undefined),
    error: results.find(({ data, error }) => data === undefined && error !== null)?.error ?? null,
  };
}

/** Reads again what events have made out of date. */
function useFreshPages(id: string, nodes: readonly RolloutNode[]): void {
  const queryClient = useQueryClient();
  const pageOf = useMemo(() => new Map(nodes.map(({ nodeId, position }) => [nodeId, pageAt(position)])), [nodes]);
  const stale = useRef<StalePages | null>(null);
  useEffect(() => {
    const pages = new StalePages(queryClient, id);
    stale.current = pages;
    return () => pages.end();
  }, [queryClient, id]);
  useToldEvents(
    useCallback(
      (event: ClientEvent) => {
        if (event['rolloutId'] !== id) return;
        stale.current?.add(event.nodeId === null ? null : (pageOf.get(event.nodeId) ?? null));
      },
      [id, pageOf],
    ),
  );
}

function pageAt(position: number): number {
  return Math.floor((position - 1) / ROLLOUT_NODES_LIMIT_MAX);
}

/** Pages that are to be read again, together and not at each event. */
class StalePages {
  readonly #queryClient: QueryClient;
  readonly #id: string;
  readonly #pages = new Set<number>();
  #areAll = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(queryClient: QueryClient, id: string) {
    this.#queryClient = queryClient;
    this.#id = id;
  }

  /** @param page `null`: all, since it concerns all or nobody knows which. */
  add(page: number | null): void {
    if (page === null) this.#areAll = true;
    else this.#pages.add(page);
    this.#timer ??= setTimeout(() => this.#read(), GATHER_MS);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #read(): void {
    this.#timer = null;
    // Begun anew at each event, a slow answer would never come; what happened since it was asked is read after it.
    if (this.#queryClient.isFetching({ queryKey: queryKeys.rolloutNodes(this.#id, 0).slice(0, 2) }) > 0) {
      this.#timer = setTimeout(() => this.#read(), GATHER_MS);
      return;
    }
    const keys = this.#areAll
      ? [queryKeys.rolloutNodes(this.#id, 0).slice(0, 2)]
      : [...this.#pages].map((page) => queryKeys.rolloutNodes(this.#id, page));
    this.#areAll = false;
    this.#pages.clear();
    for (const queryKey of keys) void this.#queryClient.invalidateQueries({ queryKey });
  }
}

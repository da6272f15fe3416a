/** The live fleet for all pages of a session: starts the feed, and gives components what they follow of it. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { Client, ClientEvent } from '@sluice/client';
import { HISTORY_LIMIT_MAX, type Node } from '@sluice/contract';
import { TOLD_KINDS } from '../fleet-view/event-facts.ts';
import { FleetFeed, type FeedState } from './fleet-feed.ts';
import { type FleetSnapshot, NodeStore } from './node-store.ts';
import { QueryFreshness } from './query-freshness.ts';
import { RecentEvents } from './recent-events.ts';
import { ToldEvents } from './told-events.ts';
import { untilSeen } from './until-seen.ts';
import { Watched } from './watched.ts';

interface LiveFleet {
  readonly store: NodeStore;
  readonly state: Watched<FeedState>;
  readonly recent: RecentEvents;
  readonly told: ToldEvents;
}

/** Milliseconds: what has changed in the last hour is told. */
const LATELY_MS = 3_600_000;

const onNextFrame = (flush: () => void) => void requestAnimationFrame(flush);

const LiveContext = createContext<LiveFleet | null>(null);

export function LiveFleetProvider({ api, children }: { readonly api: Client; readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [store] = useState(() => new NodeStore(onNextFrame));
  const [recent] = useState(() => new RecentEvents(onNextFrame));
  const [told] = useState(() => new ToldEvents());
  const [state] = useState(() => new Watched<FeedState>({ kind: 'connecting' }));
  useEffect(() => {
    const stop = new AbortController();
    const freshness = new QueryFreshness(queryClient, stop.signal);
    const feed = new FleetFeed({
      api,
      store,
      state,
      signal: stop.signal,
      now: () => Date.now(),
      seen: untilSeen,
      told: (event) => {
        recent.add(event);
        freshness.touch(event);
        told.tell(event);
      },
      missed: () => freshness.touchAll(),
    });
    void feed.run();
    const since = new Date(Date.now() - LATELY_MS).toISOString();
    const query = { since, kind: TOLD_KINDS.join(','), limit: String(HISTORY_LIMIT_MAX) };
    // Without it only what happens from now on is told, which is true as well.
    void api.listHistory({ query, signal: stop.signal }).then((answer) => {
      if (answer.ok) recent.fill(answer.value.items);
    });
    return () => stop.abort();
  }, [api, queryClient, recent, state, store, told]);
  return <LiveContext value={{ store, state, recent, told }}>{children}</LiveContext>;
}

function useLive(): LiveFleet {
  const live = use(LiveContext);
  if (live === null) throw new Error('using the live fleet outside of its provider');
  return live;
}

/** The whole fleet; the component is drawn again at most once per frame, whenever any node changed. */
export function useFleet(): FleetSnapshot {
  const { store } = useLive();
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

/** One node; the component is drawn again only when this node changed. `undefined`: there is none of this id. */
export function useNode(id: string): Node | undefined {
  const { store } = useLive();
  const subscribe = useCallback((listener: () => void) => store.subscribeToNode(id, listener), [store, id]);
  return useSyncExternalStore(subscribe, () => store.node(id));
}

export function useFeedState(): FeedState {
  const { state } = useLive();
  return useSyncExternalStore(state.subscribe, state.get);
}

/** What has changed lately, the newest first. */
export function useRecentEvents(): readonly ClientEvent[] {
  const { recent } = useLive();
  return useSyncExternalStore(recent.shown.subscribe, recent.shown.get);
}

/** Calls with every event from now on, as it comes. @param listener Another one at each drawing begins anew. */
export function useToldEvents(listener: (event: ClientEvent) => void): void {
  const { told } = useLive();
  useEffect(() => told.listen(listener), [told, listener]);
}

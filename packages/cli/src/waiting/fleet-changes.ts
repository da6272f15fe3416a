/** Tells when the fleet has changed, by its event stream, so that what is shown is read again then and not on a timer. */
import type { Client } from '@sluice/client';
import { pause } from '../terminal.ts';

/** Milliseconds for which changes are gathered: what happens together is read once. */
const GATHER_MS = 50;

/** What happened since the last time. */
export interface Change {
  /** Anything may have changed: the stream was opened or lost something, or there is none now. */
  readonly isEverything: boolean;
  readonly nodeIds: ReadonlySet<string>;
  /** Something that is of no node, such as that somebody paused a rollout. */
  readonly isOther: boolean;
}

export interface FleetChanges {
  /** Resolves when something happened; at the latest after `withinMs`, or at an interrupt, perhaps with nothing. */
  next(withinMs: number): Promise<Change>;
  stop(): void;
}

/** Follows the events of one node, or of all. A stream that breaks is resumed by itself. */
export function followFleet(client: Client, nodeId: string | null, interrupt: AbortSignal): FleetChanges {
  const ending = new AbortController();
  let isFollowing = false;
  let isEverything = false;
  let isOther = false;
  let nodeIds = new Set<string>();
  let failure: unknown = null;
  let wake = () => {};
  const wakeAtInterrupt = () => wake();
  interrupt.addEventListener('abort', wakeAtInterrupt);

  const follow = async () => {
    const request = { ...(nodeId === null ? {} : { node: nodeId }), signal: ending.signal };
    for await (const item of client.events(request)) {
      switch (item.kind) {
        case 'ready':
          isFollowing = true;
          isEverything = true;
          break;
        case 'reset':
          isEverything = true;
          break;
        case 'event':
          if (item.event.nodeId === null) isOther = true;
          else nodeIds.add(item.event.nodeId);
          break;
        case 'interrupted':
        case 'refused':
          // Whoever looks then meets the same problem, and says it.
          isFollowing = false;
      }
      wake();
    }
    isFollowing = false;
  };
  follow().catch((error: unknown) => {
    failure = error;
    wake();
  });

  return {
    async next(withinMs) {
      if (!isEverything && !isOther && nodeIds.size === 0 && !interrupt.aborted) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await pause(withinMs, woken.signal);
      }
      if (failure !== null) throw new Error('following the events of the server', { cause: failure });
      if (isFollowing && (isEverything || isOther || nodeIds.size > 0)) await pause(GATHER_MS, interrupt);
      const change = { isEverything: isEverything || !isFollowing, nodeIds, isOther };
      isEverything = false;
      isOther = false;
      nodeIds = new Set();
      return change;
    },
    stop() {
      ending.abort();
      interrupt.removeEventListener('abort', wakeAtInterrupt);
    },
  };
}

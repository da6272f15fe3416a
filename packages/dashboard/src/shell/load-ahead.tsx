/** Loads what is opened next once the fleet is seen and the browser has nothing to do: the first view does not wait for it, and the next page neither. */
import { useEffect } from 'react';
import { useFeedState } from '../live/live-fleet.tsx';

/** Milliseconds, where the browser does not say when it has nothing to do. */
const LATER_MS = 1000;

export function LoadAhead() {
  const isLive = useFeedState().kind === 'live';
  useEffect(() => {
    if (isLive) whenIdle(load);
  }, [isLive]);
  return null;
}

function load(): void {
  const pages = [
    import('../theme/antd-theme.tsx'),
    import('../pages/nodes/nodes-page.tsx'),
    import('../pages/node/node-page.tsx'),
  ];
  // Whoever opens the page asks again, and is told what is wrong.
  for (const page of pages) page.catch(() => undefined);
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work);
  else setTimeout(work, LATER_MS);
}

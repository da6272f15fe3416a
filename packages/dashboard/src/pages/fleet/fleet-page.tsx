/** The fleet at a glance. */
import { useMemo } from 'react';
import { countByStatus } from '../../fleet-view/count-by-status.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { Page } from '../../ui/page.tsx';
import { StatusCounts } from './status-counts.tsx';

export function FleetPage() {
  const words = useWords();
  const { nodes, isKnown } = useFleet();
  const counts = useMemo(() => countByStatus(nodes), [nodes]);
  return <Page title={words.fleet.title}>{isKnown && <StatusCounts counts={counts} />}</Page>;
}

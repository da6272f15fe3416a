/** The batches of a plan, exactly: which nodes, in which order, with how many sessions. */
import type { RolloutPlan } from '@sluice/contract';
import { useState } from 'react';
import { useWords } from '../../i18n/words.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';

/** Batches that are drawn at first. */
const SHOWN_MAX = 8;
/** Ids of a batch that are written out; how many more there are is said. */
const NAMED_MAX = 12;

export function PlannedBatches({ batches }: Pick<RolloutPlan, 'batches'>) {
  const words = useWords();
  const { plan: say } = words.newRollout;
  const [shownMax, setShownMax] = useState(SHOWN_MAX);
  return (
    <>
      <PlainTable
        label={say.batches}
        rows={batches.slice(0, shownMax)}
        keyOf={({ number }) => String(number)}
        columns={[
          { title: say.batch, cell: ({ number }) => number },
          {
            title: say.batchNodes,
            isLong: true,
            cell: ({ nodes }) => (
              <span title={nodes.map(({ id }) => id).join(', ')}>
                {nodes
                  .slice(0, NAMED_MAX)
                  .map(({ id, sessions }) => (sessions === null ? id : `${id} (${sessions})`))
                  .join(', ')}
                {nodes.length > NAMED_MAX && ` ${say.more(nodes.length - NAMED_MAX)}`}
              </span>
            ),
          },
          { title: say.batchSessions, cell: ({ sessions }) => words.actions.sessions(sessions) },
        ]}
      />
      {batches.length > shownMax && <MoreButton onClick={() => setShownMax(shownMax + 5 * SHOWN_MAX)} />}
    </>
  );
}

/** Rollouts that have ended: what came of each, who asked for it, when, and how long it took. */
import type { Rollout } from '@sluice/contract';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { PlainTable } from '../../ui/plain-table.tsx';
import { commandInWords, countsInWords, rolloutTitle, targetInWords } from '../../ui/rollout-in-words.ts';
import { RolloutStatusMark } from '../../ui/status-mark.tsx';
import { useSteady } from '../../ui/use-steady.ts';
import { When } from '../../ui/when.tsx';

export function EndedTable({ rollouts }: { readonly rollouts: readonly Rollout[] }) {
  const words = useWords();
  const { shown, aiming } = useSteady(rollouts, ({ id }) => id);
  return (
    <PlainTable
      label={words.rollouts.history}
      rows={shown}
      keyOf={({ id }) => id}
      aiming={aiming}
      columns={[
        {
          title: words.rollouts.name,
          isLong: true,
          cell: ({ id, spec }) => <Link to={paths.rollout(id)}>{rolloutTitle(spec, words)}</Link>,
        },
        {
          title: words.rollouts.command,
          isLong: true,
          cell: ({ spec }) =>
            spec.name === undefined
              ? null
              : words.rollouts.titleOf(commandInWords(spec.command, words), targetInWords(spec, words)),
        },
        { title: words.rollouts.status, cell: ({ status }) => <RolloutStatusMark status={status} /> },
        { title: words.rollouts.outcome, isLong: true, cell: ({ counts }) => countsInWords(counts, words) },
        { title: words.rollouts.by, cell: ({ createdBy }) => createdBy },
        { title: words.rollouts.ended, cell: ({ endedAt }) => <When at={endedAt} /> },
        {
          title: words.rollouts.took,
          cell: ({ createdAt, endedAt }) =>
            endedAt === null ? null : words.durations.duration(Date.parse(endedAt) - Date.parse(createdAt)),
        },
      ]}
    />
  );
}

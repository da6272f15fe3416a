/** What happened to the rollout, by whom, newest first; every step of every node too, when somebody asks. */
import type { ClientEvent } from '@sluice/client';
import { HISTORY_LIMIT_MAX, type Rollout } from '@sluice/contract';
import { Checkbox } from 'antd';
import { useState } from 'react';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { usePages } from '../../api/use-pages.ts';
import { ROLLOUT_STEPS, ROLLOUT_STORY } from '../../fleet-view/rollout-events.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { EventRow } from '../../ui/event-row.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { useSteady } from '../../ui/use-steady.ts';

/** Lines that are drawn at first; what is read is more, since the events of other rollouts are among them. */
const SHOWN_MAX = 50;

export function RolloutHistory({ rollout }: { readonly rollout: Rollout }) {
  const words = useWords();
  const [hasSteps, setSteps] = useState(false);
  return (
    <Section
      title={words.rollouts.events}
      aside={
        <Checkbox checked={hasSteps} onChange={({ target }) => setSteps(target.checked)}>
          {words.rollouts.nodeEvents}
        </Checkbox>
      }
    >
      <Events key={String(hasSteps)} rollout={rollout} hasSteps={hasSteps} />
    </Section>
  );
}

interface EventsProps {
  readonly rollout: Rollout;
  readonly hasSteps: boolean;
}

function Events({ rollout: { id, createdAt }, hasSteps }: EventsProps) {
  const words = useWords();
  const api = useApi();
  const [shownMax, setShownMax] = useState(SHOWN_MAX);
  const kind = (hasSteps ? [...ROLLOUT_STORY, ...ROLLOUT_STEPS] : ROLLOUT_STORY).join(',');
  const { query, readMore } = usePages<ClientEvent>(
    queryKeys.rolloutHistory(id, hasSteps ? 'steps' : 'story'),
    async (cursor, signal) =>
      valueIn(
        await api.listHistory({
          query: { kind, since: createdAt, limit: String(HISTORY_LIMIT_MAX), ...cursor },
          signal,
        }),
      ),
  );
  const own = query.data?.filter((event) => event['rolloutId'] === id) ?? [];
  const { shown, aiming } = useSteady(own, ({ sequence }) => String(sequence));
  const more = shown.length > shownMax ? () => setShownMax(shownMax + SHOWN_MAX) : readMore;
  return (
    <Asked query={query}>
      {() => (
        <>
          {shown.length === 0 && readMore === null && <p>{words.rollouts.eventsNone}</p>}
          <ol {...aiming}>
            {shown.slice(0, shownMax).map((event) => (
              <EventRow key={event.sequence} event={event} of="rollout" />
            ))}
          </ol>
          {more !== null && <MoreButton onClick={more} />}
        </>
      )}
    </Asked>
  );
}

/** What has changed in the last hour, the newest first. */
import { useState } from 'react';
import { useLanguage } from '../../i18n/words.tsx';
import { useRecentEvents } from '../../live/live-fleet.tsx';
import { ByActor } from '../../ui/by-actor.tsx';
import { EventSentence } from '../../ui/event-sentence.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useSteady } from '../../ui/use-steady.ts';
import { When } from '../../ui/when.tsx';
import styles from './recent-changes.module.css';

const HOUR_MS = 3_600_000;
/** Lines that are shown at first, and how many more a press of the button shows. */
const LINES = 12;

/** Actors that are nobody's name: the agent and the server itself. */
const NOBODY: ReadonlySet<string> = new Set(['agent', 'server']);

export function RecentChanges() {
  const { words } = useLanguage();
  const now = useNow();
  const [lines, setLines] = useState(LINES);
  const events = useRecentEvents().filter(({ at }) => now - Date.parse(at) < HOUR_MS);
  const { shown, isOutdated, aiming } = useSteady(events.slice(0, lines), ({ sequence }) => String(sequence));
  return (
    <Section
      title={words.fleet.changes}
      aside={isOutdated && <span className={styles['aside']}>{words.fleet.waiting}</span>}
    >
      {shown.length === 0 ? (
        <p>{words.fleet.changesNone}</p>
      ) : (
        <ol className={styles['changes']} {...aiming}>
          {shown.map((event) => (
            <li key={event.sequence}>
              <span>
                <EventSentence event={event} />
              </span>
              <span className={styles['aside']}>
                {!NOBODY.has(event.actor.name) && <ByActor name={event.actor.name} />} <When at={event.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {events.length > lines && <MoreButton onClick={() => setLines(lines + 5 * LINES)} />}
    </Section>
  );
}

/** One line of a history: when, what, by whom. */
import type { ClientEvent } from '@sluice/client';
import { Link } from 'react-router';
import { operationIdIn } from '../fleet-view/node-history.ts';
import { useWords } from '../i18n/words.tsx';
import { paths } from '../paths.ts';
import { ByActor } from './by-actor.tsx';
import { EventSentence } from './event-sentence.tsx';
import styles from './event-row.module.css';
import { When } from './when.tsx';

interface EventRowProps {
  readonly event: ClientEvent;
  /** What the page is about, which the sentence need not name. */
  readonly of: 'node' | 'rollout';
}

export function EventRow({ event, of }: EventRowProps) {
  const words = useWords();
  const operationId = operationIdIn(event);
  return (
    <li className={styles['row']}>
      <span className={styles['soft']}>
        <When at={event.at} />
      </span>
      <span>
        <EventSentence event={event} of={of} />{' '}
        {operationId !== null && <Link to={paths.operation(operationId)}>{words.actions.seeOperation}</Link>}
      </span>
      <span className={styles['soft']}>
        <ByActor name={event.actor.name} />
      </span>
    </li>
  );
}

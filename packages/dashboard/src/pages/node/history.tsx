/** Everything that ever happened to the node, by whom, newest first. */
import type { ClientEvent } from '@sluice/client';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { isStep, operationIdIn } from '../../fleet-view/node-history.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { Asked } from '../../ui/asked.tsx';
import { ByActor } from '../../ui/by-actor.tsx';
import { EventSentence } from '../../ui/event-sentence.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useHeld } from '../../ui/use-held.ts';
import { When } from '../../ui/when.tsx';
import styles from './history.module.css';
import { useNodeHistory } from './use-node-history.ts';

export function History({ nodeId }: { readonly nodeId: string }) {
  const words = useWords();
  const [hasSteps, setSteps] = useState(false);
  const kinds = hasSteps
    ? null
    : Object.keys(words.events)
        .filter((kind) => !isStep(kind))
        .join(',');
  return (
    <Section
      title={words.node.history}
      aside={
        <Checkbox checked={hasSteps} onChange={({ target }) => setSteps(target.checked)}>
          {words.node.historySteps}
        </Checkbox>
      }
    >
      <Events key={kinds} nodeId={nodeId} kinds={kinds} />
    </Section>
  );
}

function Events({ nodeId, kinds }: { readonly nodeId: string; readonly kinds: string | null }) {
  const words = useWords();
  const { query, readOlder, olderError } = useNodeHistory(nodeId, kinds);
  const { shown, isBehind, catchUp, aim } = useHeld(query.data?.events.at(0)?.sequence ?? null);
  return (
    <Asked query={query}>
      {(history) => (
        <div {...aim}>
          <p className={styles['behind']} role="status">
            {isBehind && (
              <>
                {words.node.historyNew}{' '}
                <Button size="small" onClick={catchUp}>
                  {words.node.historyShowNew}
                </Button>
              </>
            )}
          </p>
          {history.events.length === 0 && <p>{words.node.historyNone}</p>}
          <ol className={styles['events']}>
            {upTo(shown, history.events).map((event) => (
              <Row key={event.sequence} event={event} />
            ))}
          </ol>
          {olderError !== null && <ProblemNotice error={olderError} retry={readOlder} />}
          {history.nextCursor !== null && <MoreButton onClick={readOlder} />}
        </div>
      )}
    </Asked>
  );
}

/** Without what came after the newest that is shown. @param newest Its sequence; `null`: there was none. */
function upTo(newest: number | null, events: readonly ClientEvent[]): readonly ClientEvent[] {
  const known = newest === null ? [] : events.filter(({ sequence }) => sequence <= newest);
  return known.length === 0 ? events : known;
}

function Row({ event }: { readonly event: ClientEvent }) {
  const words = useWords();
  const operationId = operationIdIn(event);
  return (
    <li>
      <span className={styles['soft']}>
        <When at={event.at} />
      </span>
      <span>
        <EventSentence event={event} of="node" />{' '}
        {operationId !== null && <Link to={paths.operation(operationId)}>{words.actions.seeOperation}</Link>}
      </span>
      <span className={styles['soft']}>
        <ByActor name={event.actor.name} />
      </span>
    </li>
  );
}

/** Everything that ever happened to the node, by whom, newest first. */
import type { ClientEvent } from '@sluice/client';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { isStep } from '../../fleet-view/node-history.ts';
import { useWords } from '../../i18n/words.tsx';
import { Asked } from '../../ui/asked.tsx';
import { EventRow } from '../../ui/event-row.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Section } from '../../ui/page.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useHeld } from '../../ui/use-held.ts';
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
          <ol>
            {upTo(shown, history.events).map((event) => (
              <EventRow key={event.sequence} event={event} of="node" />
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

/** What happened to a node, or to a rollout, as a sentence with a link: the same on every page that tells of events. */
import type { ClientEvent } from '@sluice/client';
import { Link } from 'react-router';
import { factsOf } from '../fleet-view/event-facts.ts';
import { useWords } from '../i18n/words.tsx';
import { paths } from '../paths.ts';

interface EventSentenceProps {
  readonly event: ClientEvent;
  /** What the page is about, so that it need not be named. */
  readonly of?: 'node' | 'rollout';
}

/** An event of a newer server is shown as its kind. */
export function EventSentence({ event, of }: EventSentenceProps) {
  const words = useWords();
  const { nodeId, kind } = event;
  const sentence = Object.hasOwn(words.events, kind) ? words.events[kind]?.(factsOf(event)) : undefined;
  const rolloutId = event['rolloutId'];
  return (
    <>
      {nodeId !== null && of !== 'node' && <Link to={paths.node(nodeId)}>{nodeId}</Link>} {sentence ?? kind}{' '}
      {typeof rolloutId === 'string' && of !== 'rollout' && (
        <Link to={paths.rollout(rolloutId)}>{words.rollouts.see}</Link>
      )}
    </>
  );
}

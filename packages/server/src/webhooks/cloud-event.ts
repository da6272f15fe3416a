/** Events as CloudEvents 1.0 in structured JSON: what is sent, under an id that stays the same however often it is sent. */
import { jsonOf, type ServedEvent } from '../fleet/served-event.ts';
import { timestamp } from '../fleet/timestamp.ts';

export const CLOUD_EVENTS_MEDIA_TYPE = 'application/cloudevents+json; charset=utf-8';

/** Types are `sluice.` and the kind of the event. */
const TYPE_PREFIX = 'sluice.';

/** What is sent to a webhook. */
export interface Message {
  /** Of the event; everything up to it is dealt with once this is. */
  readonly sequence: number;
  /** `webhook-id`, and the CloudEvent's `id`. */
  readonly id: string;
  readonly type: string;
  /** Empty: it is about no node. */
  readonly nodeId: string;
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** The CloudEvent. */
  readonly body: string;
}

/** @param source Names the server. */
export function messageOfEvent(event: ServedEvent, source: string): Message {
  const { sequence, nodeId, kind, at } = event;
  // A restored server gives a number a second time, but not for the same instant.
  return messageOf(
    { sequence, id: `evt_${sequence}_${at}`, type: `${TYPE_PREFIX}${kind}`, nodeId, at, source },
    jsonOf(event),
  );
}

/**
 * Says that events were removed before they could be sent: what the receiver knows is incomplete.
 * @param upTo The last one that is gone.
 */
export function messageOfMissed(after: number, upTo: number, source: string, now: number): Message {
  const id = `missed_${after}_${upTo}`;
  const data = JSON.stringify({ firstMissed: after + 1, lastMissed: upTo });
  return messageOf({ sequence: upTo, id, type: `${TYPE_PREFIX}EventsMissed`, nodeId: '', at: now, source }, data);
}

/** @param id Random: each test is a message of its own. */
export function messageOfTest(id: string, source: string, now: number): Message {
  const data = JSON.stringify({ text: 'It works: this is how events come.' });
  return messageOf(
    { sequence: 0, id: `test_${id}`, type: `${TYPE_PREFIX}WebhookTest`, nodeId: '', at: now, source },
    data,
  );
}

function messageOf(
  { source, ...about }: Omit<Message, 'body'> & { readonly source: string },
  dataJson: string,
): Message {
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: about.id,
    source,
    type: about.type,
    ...(about.nodeId === '' ? {} : { subject: about.nodeId }),
    time: timestamp(about.at),
    datacontenttype: 'application/json',
  });
  // The data is JSON already: it goes in as it is.
  return { ...about, body: `${attributes.slice(0, -1)},"data":${dataJson}}` };
}

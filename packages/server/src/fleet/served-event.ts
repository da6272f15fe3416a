/** A committed event as the event stream tells it. */
import type { StreamedEvent } from '@sluice/contract';
import type { StoredEvent } from '../store/store.ts';
import { timestamp } from './timestamp.ts';

type EventPart = 'sequence' | 'nodeId' | 'kind' | 'at' | 'body';

export interface ServedEvent {
  readonly sequence: number;
  /** Empty: it is about no node. */
  readonly nodeId: string;
  readonly kind: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The whole message of server-sent events, written once for all who follow. */
  readonly message: string;
}

export function serveEvent(event: StoredEvent): ServedEvent {
  const { sequence, nodeId, kind, at } = event;
  return { sequence, nodeId, kind, at, message: `id: ${sequence}\nevent: ${kind}\ndata: ${eventJson(event)}\n\n` };
}

/** An event as every reader of the API sees it. */
export function eventJson({ sequence, nodeId, kind, at, body }: Pick<StoredEvent, EventPart>): string {
  // What the stream says of an event goes before a field of the same name (an agent's update has a sequence of its own).
  const fields = { sequence, nodeId: nodeId === '' ? null : nodeId, kind, at: timestamp(at) } satisfies Omit<
    StreamedEvent,
    'actor'
  >;
  return JSON.stringify({ ...fields, actor: body['actor'], ...body, ...fields });
}

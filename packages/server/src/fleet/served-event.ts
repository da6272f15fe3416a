/** A committed event as the event stream tells it. */
import type { StreamedEvent } from '@sluice/contract';
import type { StoredEvent } from '../store/store.ts';
import { timestamp } from './timestamp.ts';

/** No kind has a line break: the first of these is where the JSON begins. */
const DATA = '\ndata: ';
const MESSAGE_END = '\n\n';

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

export function serveEvent({ sequence, nodeId, kind, at, body }: StoredEvent): ServedEvent {
  // What the stream says of an event goes before a field of the same name (an agent's update has a sequence of its own).
  const fields = { sequence, nodeId: nodeId === '' ? null : nodeId, kind, at: timestamp(at) } satisfies Omit<
    StreamedEvent,
    'actor'
  >;
  const json = JSON.stringify({ ...fields, actor: body['actor'], ...body, ...fields });
  return { sequence, nodeId, kind, at, message: `id: ${sequence}\nevent: ${kind}${DATA}${json}${MESSAGE_END}` };
}

/** What the message says of the event, as JSON. */
export function jsonOf({ message }: ServedEvent): string {
  return message.slice(message.indexOf(DATA) + DATA.length, -MESSAGE_END.length);
}

/** The event stream: everything that happens in the fleet, as server-sent events that can be resumed without a gap. */
import Type from 'typebox';
import { Actor } from '../events/fleet-event.ts';
import { Nullable } from '../nullable.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** What the stream tells of one event; beside these fields it has those of its kind, as they were recorded. */
export const StreamedEvent = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, description: 'Grows by one from event to event, over the whole fleet.' }),
    nodeId: Nullable(Type.String({ description: 'Null: it is about no node.' })),
    kind: Type.String({ description: 'What happened, such as `NodeDrained`; later versions may have more kinds.' }),
    at: Timestamp,
    actor: Actor,
  },
  {
    $id: 'StreamedEvent',
    description:
      'One event. Beside these fields it has those of its kind, as they were recorded: instants among them are epoch milliseconds.',
  },
);
export type StreamedEvent = Type.Static<typeof StreamedEvent>;

/** `event:` of the messages that are no events of the fleet; no kind of event has such a name. */
export const STREAM_READY = 'ready';
export const STREAM_RESET = 'reset';

/** Data of `ready`: the stream has told everything up to this event, and from here on tells all. */
export const StreamReady = Type.Object({ sequence: Type.Integer({ minimum: 0 }) });
export type StreamReady = Type.Static<typeof StreamReady>;

/** Data of `reset`: what the reader knew is incomplete. The oldest event that is still kept. */
export const StreamReset = Type.Object({ oldestSequence: Type.Integer({ minimum: 0 }) });
export type StreamReset = Type.Static<typeof StreamReset>;

/** Milliseconds between two signs of life of a quiet stream: under the 60 s after which common proxies give up. */
export const STREAM_SIGN_EVERY_MS = 15_000;

export const events = defineRoute({
  name: 'events',
  method: 'GET',
  path: '/api/v1/events',
  tag: 'events',
  summary: 'Follow what happens, live',
  description:
    'Server-sent events. Of each event `id` is its sequence number, `event` its kind, and `data` one line of JSON (see the schema `StreamedEvent`). ' +
    'A `ready` message comes before them: its `id` is the event up to which everything has been told; whoever then reads a list and goes on with the stream misses nothing. ' +
    'A reader that comes back with `Last-Event-ID` gets everything since, nothing twice, also after a restart of the server. ' +
    'Where some of that has been removed by the retention, or the server was restored from an older copy, a `reset` message comes first: what the reader knows is incomplete, and the lists are to be read again. ' +
    'A reader that comes from another server has to wait, 5 seconds at most, until this one shows what it has already. ' +
    'A comment every 15 seconds shows that the stream is alive.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    node: Type.Optional(Type.String({ description: 'Only events of this node.' })),
    kind: Type.Optional(Type.String({ description: 'Only these kinds, separated by commas.' })),
    after: Type.Optional(
      Type.String({
        description: 'Begin after the event with this sequence number; 0: with the oldest kept. Absent: with the next.',
      }),
    ),
  }),
  headers: Type.Object({
    'last-event-id': Type.Optional(
      Type.String({ description: 'The `id` that was read last; goes before `after`. Browsers send it by themselves.' }),
    ),
  }),
  response: Type.String(),
  responseMediaType: 'text/event-stream',
  problems: ['invalid-request', 'too-many-streams'],
});

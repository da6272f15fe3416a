/** The routes that look back: everything that has happened, and the load of the last hour. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { StreamedEvent } from './events.ts';
import { NodeParams } from './nodes.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Events of a page, unless the request says otherwise; and at most. */
export const HISTORY_LIMIT_DEFAULT = 100;
export const HISTORY_LIMIT_MAX = 500;
/** Minutes of load that are kept: what somebody looks at who asks what has just happened. */
export const LOAD_HISTORY_MINUTES = 60;

export const listHistory = defineRoute({
  name: 'listHistory',
  method: 'GET',
  path: '/api/v1/history',
  tag: 'events',
  summary: 'What has happened, newest first',
  description:
    'The same events that `GET /api/v1/events` tells as they happen, a page at a time, back to the oldest that is kept. ' +
    'Who did what, with what it was before and after and what was refused, is in `GET /api/v1/audit`.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    node: Type.Optional(Type.String({ description: 'Only events of this node.' })),
    kind: Type.Optional(Type.String({ description: 'Only these kinds, separated by commas.' })),
    since: Type.Optional(Type.String({ description: 'Only from this instant on (RFC 3339).' })),
    limit: Type.Optional(
      Type.String({ description: `At most this many, 1 to ${HISTORY_LIMIT_MAX}; absent: ${HISTORY_LIMIT_DEFAULT}.` }),
    ),
    cursor: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
  }),
  response: Type.Object({
    items: Type.Array(StreamedEvent),
    nextCursor: Nullable(Type.String({ description: 'Null on the last page. A page may be short before the last.' })),
  }),
  problems: ['invalid-request'],
});

export const loadHistory = defineRoute({
  name: 'loadHistory',
  method: 'GET',
  path: '/api/v1/nodes/:id/load',
  tag: 'nodes',
  summary: 'The load of the last hour',
  description:
    `What was measured last in each of the last ${LOAD_HISTORY_MINUTES} minutes, the running one at the end; null: not known, such as while the agent was gone. ` +
    'It is kept in memory: after a restart of the server it begins anew. How the sessions of a drain went down, one by one, is in the history (`DrainProgressed`).',
  access: 'viewer',
  scope: 'node',
  params: NodeParams,
  response: Type.Object({
    since: Timestamp,
    stepMs: Type.Integer({ description: 'Milliseconds from one value to the next.' }),
    sessions: Type.Array(Nullable(Type.Integer())),
    cpuPercent: Type.Array(Nullable(Type.Number())),
    memoryBytes: Type.Array(Nullable(Type.Integer())),
  }),
  problems: ['node-not-found'],
});

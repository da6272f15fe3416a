/** The route that tells how the server itself is. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { NodeStatus } from './node.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Many nodes fell silent together, which is our fault until shown otherwise. */
export const MassSilence = Type.Object({
  since: Timestamp,
  silentNodes: Type.Integer({ minimum: 0 }),
  ofNodes: Type.Integer({ minimum: 0 }),
  detail: Type.String({ description: 'What it means and what to do, for a person.' }),
});
export type MassSilence = Type.Static<typeof MassSilence>;

export const ServerStatus = Type.Object(
  {
    version: Type.String(),
    startedAt: Timestamp,
    now: Timestamp,
    nodes: Type.Object({
      total: Type.Integer({ minimum: 0 }),
      connected: Type.Integer({ minimum: 0 }),
      byStatus: Type.Record(NodeStatus, Type.Integer({ minimum: 0 })),
    }),
    store: Type.Object({
      kind: Type.Union([Type.Literal('sqlite'), Type.Literal('postgres')]),
      bytes: Nullable(
        Type.Integer({ minimum: 0, description: 'What it takes on its disk; null when it cannot be asked now.' }),
      ),
      problem: Nullable(Type.String({ description: 'Why the last write failed; null when it succeeded.' })),
      lastSequence: Type.Integer({ minimum: 0, description: 'The number of the newest event.' }),
    }),
    retention: Type.Object({
      eventsMaxAgeMs: Type.Integer(),
      eventsMaxCount: Type.Integer(),
      operationsMaxAgeMs: Type.Integer(),
      operationsMaxCount: Type.Integer(),
    }),
    massSilence: Nullable(MassSilence),
  },
  { $id: 'ServerStatus', description: 'How the server itself is.' },
);
export type ServerStatus = Type.Static<typeof ServerStatus>;

export const serverStatus = defineRoute({
  name: 'serverStatus',
  method: 'GET',
  path: '/api/v1/server/status',
  tag: 'server',
  summary: 'How the server is',
  description: 'Version, nodes by status, the state of its store, and whether many nodes fell silent together.',
  access: 'viewer',
  scope: 'filtered',
  response: ServerStatus,
  problems: [],
});

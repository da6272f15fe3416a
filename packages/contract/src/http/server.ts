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

export const Replica = Type.Object(
  {
    id: Type.String({ description: 'Made anew at each start, and when others had given the server up.' }),
    name: Type.String(),
    url: Nullable(Type.String({ description: 'Where it says that it is reached.' })),
    version: Type.String(),
    startedAt: Timestamp,
    answering: Type.Boolean({ description: 'It is the one that gives this answer.' }),
    leaving: Type.Boolean({ description: 'It hands its agents over and is about to go.' }),
    sessions: Type.Integer({ minimum: 0, description: 'Agents that are connected to it.' }),
    lagMs: Type.Integer({ minimum: 0, description: 'How far its memory was behind when it last told.' }),
    claims: Type.Object(
      {
        rollouts: Type.Integer({ minimum: 0 }),
        webhooks: Type.Integer({ minimum: 0 }),
        nodes: Type.Integer({
          minimum: 0,
          description: 'Nodes without a session whose deadlines and expiries it records.',
        }),
        retention: Type.Boolean({ description: 'It removes old history.' }),
      },
      { description: 'What it does for all of them.' },
    ),
  },
  { $id: 'Replica', description: 'One of several servers on one database.' },
);
export type Replica = Type.Static<typeof Replica>;

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
    replicas: Nullable(
      Type.Array(Replica, {
        description: 'The servers that share the database, by name; null: there is but this one.',
      }),
    ),
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

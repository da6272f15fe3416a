/** The routes of who may speak for a node: its agent's keys, and what was revoked. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { NodeParams } from './nodes.ts';
import { Reason } from './reason.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

export const NodeCredentials = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        publicKey: Type.String({ description: 'Ed25519, base64url.' }),
        since: Timestamp,
        revokedAt: Nullable(Timestamp),
      }),
      { description: 'Oldest first; the last few that were revoked are still told.' },
    ),
    isRotationWanted: Type.Boolean({ description: 'The agent is to get a new key as soon as it is connected.' }),
    certificatesRefusedBefore: Nullable(Timestamp),
  },
  { $id: 'NodeCredentials', description: 'What opens an agent session for this node.' },
);
export type NodeCredentials = Type.Static<typeof NodeCredentials>;

export const getCredentials = defineRoute({
  name: 'getCredentials',
  method: 'GET',
  path: '/api/v1/nodes/:id/credentials',
  tag: 'access',
  summary: 'Who may speak for a node?',
  description: 'Public keys only; the private half never leaves the node.',
  access: 'viewer',
  scope: 'node',
  params: NodeParams,
  response: NodeCredentials,
  problems: ['node-not-found'],
});

export const rotateCredentials = defineRoute({
  name: 'rotateCredentials',
  method: 'POST',
  path: '/api/v1/nodes/:id/credentials/rotate',
  tag: 'access',
  summary: 'Give the agent a new key',
  description:
    'The agent makes a new key when it is connected; the old one ends when the new one has opened its first session.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  body: Type.Object({}),
  response: NodeCredentials,
  problems: ['node-not-found', 'no-agent-key'],
});

export const revokeCredentials = defineRoute({
  name: 'revokeCredentials',
  method: 'POST',
  path: '/api/v1/nodes/:id/credentials/revoke',
  tag: 'access',
  summary: "Take the agent's credentials away",
  description:
    'Its session ends at once, and nothing that it has opens another: no key, and no certificate that was issued before. Its workload goes on. A new join token lets it in again with a new key.',
  access: 'admin',
  scope: 'node',
  params: NodeParams,
  body: Type.Object({ reason: Reason }),
  response: NodeCredentials,
  problems: ['node-not-found'],
});

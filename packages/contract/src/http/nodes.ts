/** The routes that read nodes: the contract's list, one node, and why it is as it is. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { Nullable } from '../nullable.ts';
import { Node, NodeStatus } from './node.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Nodes that one page lists at most. Without `limit` the list is whole. */
export const NODES_LIMIT_MAX = 10_000;

/** A query value given once or several times; several count like one with commas. */
export const Filter = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }));

export const NodeParams = Type.Object({ id: NodeId });

export const listNodes = defineRoute({
  name: 'listNodes',
  method: 'GET',
  path: '/api/v1/nodes',
  tag: 'nodes',
  summary: '获取节点列表 List nodes',
  description:
    'Every node that passes all filters. An empty or blank filter is no filter; an unknown value selects nothing. ' +
    'Answers carry an ETag; with `If-None-Match` an unchanged list is a 304.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    type: Filter('Only these types, separated by commas.'),
    status: Filter('Only these statuses, separated by commas.'),
    selector: Filter(
      'Only nodes that this selector matches: `key=value,key!=value,key in (a,b)`, over labels and type, status, region, zone.',
    ),
    q: Filter('Only nodes whose id, name, type, ip or a label contains this text.'),
    sort: Filter('`id` (default), `name`, `type`, `status`, `sessions`, `updatedAt`; with `-` before it, descending.'),
    limit: Filter(`A page of at most this many nodes, 1 to ${NODES_LIMIT_MAX}.`),
    cursor: Filter('`nextCursor` of the page before.'),
    changedSince: Filter(
      'The ETag of an earlier whole list: only nodes that have changed since are listed, and `changesOnly` is true. Where that cannot be told (a node has left the fleet, the server was started again, other filters, a token with a selector), the answer is the whole list.',
    ),
  }),
  response: Type.Object({
    items: Type.Array(Node),
    nextCursor: Type.Optional(Nullable(Type.String({ description: 'Only with `limit`; null on the last page.' }))),
    changesOnly: Type.Optional(
      Type.Boolean({ description: 'With `changedSince`: whether only what has changed is listed. Absent: no.' }),
    ),
  }),
  problems: ['invalid-request', 'invalid-selector'],
});

export const getNode = defineRoute({
  name: 'getNode',
  method: 'GET',
  path: '/api/v1/nodes/:id',
  tag: 'nodes',
  summary: 'Get a node',
  description: 'One node with everything that is known of it.',
  access: 'viewer',
  scope: 'node',
  params: NodeParams,
  response: Node,
  problems: ['node-not-found'],
});

export const forgetNode = defineRoute({
  name: 'forgetNode',
  method: 'DELETE',
  path: '/api/v1/nodes/:id',
  tag: 'nodes',
  summary: 'Forget a node',
  description:
    'Takes a node whose agent is gone for good out of the fleet. Its history and operations stay. One whose certificates were ' +
    'revoked is forgotten only with `force`, by an admin: after that nothing refuses those certificates any more.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  query: Type.Object({
    force: Type.Optional(
      Type.Union([Type.Literal('true'), Type.Literal('false')], {
        description: '`true`: also a node whose certificates were revoked. Needs the role admin.',
      }),
    ),
  }),
  response: Type.Object({ id: NodeId }),
  problems: ['node-not-found', 'node-connected', 'credentials-revoked'],
});

export const Why = Type.Object({
  id: NodeId,
  status: NodeStatus,
  summary: Type.String({ description: 'The answer in one sentence.' }),
  causes: Type.Array(
    Type.Object({
      code: Type.String({ description: 'Stable name of the cause.' }),
      severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')]),
      text: Type.String({ description: 'One or two sentences for a person.' }),
      since: Nullable(Timestamp),
    }),
    { description: 'A chain: each cause is explained by the next.' },
  ),
});
export type Why = Type.Static<typeof Why>;

export const whyNode = defineRoute({
  name: 'whyNode',
  method: 'GET',
  path: '/api/v1/nodes/:id/why',
  tag: 'nodes',
  summary: 'Why is the node as it is?',
  description:
    'A chain of causes in sentences: which holds, by whom, since when, which sessions block, what failed with which last words.',
  access: 'viewer',
  scope: 'node',
  params: NodeParams,
  response: Why,
  problems: ['node-not-found'],
});

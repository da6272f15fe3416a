/** The catalogue of commands, and the route that runs a declared one. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { Json } from '../json.ts';
import { Nullable } from '../nullable.ts';
import { ProblemDocument } from '../problem-document.ts';
import { NodeParams } from './nodes.ts';
import { Reason } from './reason.ts';
import { Operation } from './operation.ts';
import { defineRoute } from './route.ts';

export const NodeCommand = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    builtIn: Type.Boolean({
      description: 'drain, undrain and restart are, and reboot where it is allowed; the rest are declared by agents.',
    }),
    disruptive: Type.Boolean({
      description: 'Whether it interrupts the workload, so that it waits for a running drain.',
    }),
    parameters: Type.Record(Type.String(), Json, { description: 'JSON Schema of the parameters object.' }),
    nodeTypes: Type.Array(Type.String(), { description: 'Types of the nodes that have it.' }),
    variants: Type.Integer({
      description: 'How many different declarations of this name the fleet has; over 1, ask the node itself.',
    }),
  },
  { $id: 'NodeCommand', description: 'Something that a node can be told to do.' },
);
export type NodeCommand = Type.Static<typeof NodeCommand>;

export const listCommands = defineRoute({
  name: 'listCommands',
  method: 'GET',
  path: '/api/v1/nodes/commands',
  tag: 'commands',
  summary: '获取节点命令 List node commands',
  description:
    'The three built-in commands, `reboot` where an agent.yaml allows it, and every command that agents of the fleet declare, each name once.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    node: Type.Optional(Type.String({ description: 'Only what this node has, with its own declarations.' })),
  }),
  response: Type.Object({ items: Type.Array(NodeCommand) }),
  problems: ['node-not-found'],
});

const RunBody = Type.Object({
  params: Type.Optional(Type.Record(Type.String(), Json)),
  reason: Reason,
  force: Type.Optional(
    Type.Boolean({
      description:
        'A disruptive command: without waiting for a running drain, also while the workload is locked, and where a budget has no place left; for the last with a `reason`, which the history keeps.',
    }),
  ),
});
export type RunBody = Type.Static<typeof RunBody>;

export const runCommand = defineRoute({
  name: 'runCommand',
  method: 'POST',
  path: '/api/v1/nodes/:id/commands/:name',
  tag: 'commands',
  summary: "Run a command that the node's agent declares",
  description:
    'Performed at most once, as an operation with its output. The built-in names do what their own routes do; `reboot` reboots the machine of a node whose agent.yaml allows it, ' +
    'with the parameters that `GET /api/v1/nodes/commands` describes.',
  access: 'operator',
  scope: 'node',
  params: Type.Object({ ...NodeParams.properties, name: Type.String() }),
  body: RunBody,
  response: Operation,
  problems: [
    'invalid-request',
    'invalid-parameters',
    'node-not-found',
    'command-not-found',
    'reboot-not-allowed',
    'workload-locked',
    'budget-exceeded',
  ],
});

/** Nodes of one request: what shares one transaction of the store. */
export const NODES_PER_REQUEST_MAX = 1000;

export const runOnNodes = defineRoute({
  name: 'runOnNodes',
  method: 'POST',
  path: '/api/v1/commands/:name',
  tag: 'commands',
  summary: 'Run a command on many nodes',
  description:
    'The same as asking each node, in one transaction: an item for each, with its operation or with the problem why nothing was begun on it. ' +
    'The built-in names (`drain`, `undrain`, `restart`) take the body of their own routes as `params`, `reboot` its parameters.',
  access: 'operator',
  scope: 'filtered',
  params: Type.Object({ name: Type.String() }),
  body: Type.Object({
    nodeIds: Type.Array(NodeId, { minItems: 1, maxItems: NODES_PER_REQUEST_MAX }),
    ...RunBody.properties,
  }),
  response: Type.Object({
    items: Type.Array(
      Type.Object({
        nodeId: Type.String(),
        operation: Nullable(Operation),
        problem: Nullable(ProblemDocument),
      }),
      { description: 'One for each node, in the order of the request; either an operation or a problem.' },
    ),
  }),
  problems: ['invalid-request', 'invalid-parameters', 'forbidden'],
});

/** The catalogue of commands, and the route that runs a declared one. */
import Type from 'typebox';
import { Json } from '../json.ts';
import { NodeParams } from './nodes.ts';
import { Reason } from './reason.ts';
import { Operation } from './operation.ts';
import { defineRoute } from './route.ts';

export const NodeCommand = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    builtIn: Type.Boolean({ description: 'drain, undrain and restart are; the rest are declared by agents.' }),
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
  description: 'The three built-in commands and every command that agents of the fleet declare, each name once.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    node: Type.Optional(Type.String({ description: 'Only what this node has, with its own declarations.' })),
  }),
  response: Type.Object({ items: Type.Array(NodeCommand) }),
  problems: ['node-not-found'],
});

export const runCommand = defineRoute({
  name: 'runCommand',
  method: 'POST',
  path: '/api/v1/nodes/:id/commands/:name',
  tag: 'commands',
  summary: "Run a command that the node's agent declares",
  description:
    'Performed at most once, as an operation with its output. The built-in names do what their own routes do.',
  access: 'operator',
  scope: 'node',
  params: Type.Object({ ...NodeParams.properties, name: Type.String() }),
  body: Type.Object({
    params: Type.Optional(Type.Record(Type.String(), Json)),
    reason: Reason,
    force: Type.Optional(
      Type.Boolean({
        description: 'A disruptive command: without waiting for a running drain, also while the workload is locked.',
      }),
    ),
  }),
  response: Operation,
  problems: ['invalid-request', 'invalid-parameters', 'node-not-found', 'command-not-found', 'workload-locked'],
});

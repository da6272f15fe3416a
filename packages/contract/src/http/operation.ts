/** An operation as the API shows it, and the routes that read operations. */
import Type from 'typebox';
import { Json } from '../json.ts';
import { Nullable } from '../nullable.ts';
import { OperationError, OperationResult, OperationStatus } from '../operation.ts';
import { Reason } from './reason.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

export const Operation = Type.Object(
  {
    id: Type.String(),
    nodeId: Type.String(),
    command: Type.String(),
    status: OperationStatus,
    phase: Nullable(Type.String({ description: 'What it is doing or waiting for, in a few words.' })),
    reason: Nullable(Type.String()),
    requestedBy: Type.String(),
    requestedFrom: Nullable(Type.String()),
    parameters: Type.Record(Type.String(), Json),
    progress: Nullable(
      Type.Object({
        sessionsAtStart: Nullable(Type.Integer()),
        sessionsRemaining: Nullable(Type.Integer()),
        estimatedMsLeft: Nullable(Type.Integer()),
        problem: Nullable(Type.String()),
      }),
    ),
    deliverBy: Nullable(Timestamp),
    deadlineAt: Nullable(Timestamp),
    createdAt: Timestamp,
    startedAt: Nullable(Timestamp),
    endedAt: Nullable(Timestamp),
    cancelRequested: Nullable(
      Type.Object(
        { by: Type.String(), at: Timestamp, reason: Nullable(Type.String()) },
        { description: 'Somebody asked to cancel it while its agent may have begun; its end tells what came of that.' },
      ),
    ),
    confirmationNeeded: Nullable(
      Type.String({
        description:
          'Why it is not delivered until somebody confirms that it is still wanted (`POST /api/v1/operations/:id/confirm`).',
      }),
    ),
    result: Nullable(OperationResult),
    error: Nullable(OperationError),
    output: Nullable(Type.String({ description: 'The end of its output.' })),
  },
  { $id: 'Operation', description: 'One execution of a command on one node.' },
);
export type Operation = Type.Static<typeof Operation>;

/** Operations that one answer lists at most, and when nothing is said. */
export const OPERATIONS_LIMIT_MAX = 1000;
export const OPERATIONS_LIMIT_DEFAULT = 100;

export const listOperations = defineRoute({
  name: 'listOperations',
  method: 'GET',
  path: '/api/v1/operations',
  tag: 'operations',
  summary: 'List operations, newest first',
  description:
    'Filters may be combined. `nextCursor` of an answer, given as `cursor`, continues where that answer ended; a page may be short before the last.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    node: Type.Optional(Type.String({ description: 'Only operations of this node.' })),
    command: Type.Optional(Type.String({ description: 'Only this command.' })),
    status: Type.Optional(Type.String({ description: 'Only these statuses, separated by commas.' })),
    by: Type.Optional(Type.String({ description: 'Only those that whoever has this name asked for.' })),
    since: Type.Optional(Type.String({ description: 'Only operations created at or after this instant (RFC 3339).' })),
    limit: Type.Optional(
      Type.String({
        description: `At most this many, 1 to ${OPERATIONS_LIMIT_MAX}; default ${OPERATIONS_LIMIT_DEFAULT}.`,
      }),
    ),
    cursor: Type.Optional(Type.String()),
  }),
  response: Type.Object({ items: Type.Array(Operation), nextCursor: Nullable(Type.String()) }),
  problems: ['invalid-request'],
});

export const getOperation = defineRoute({
  name: 'getOperation',
  method: 'GET',
  path: '/api/v1/operations/:id',
  tag: 'operations',
  summary: 'Get an operation',
  description: 'How far it is, and what came of it.',
  access: 'viewer',
  scope: 'operation',
  params: Type.Object({ id: Type.String() }),
  response: Operation,
  problems: ['operation-not-found'],
});

const OperationParams = Type.Object({ id: Type.String() });

export const operationOutput = defineRoute({
  name: 'operationOutput',
  method: 'GET',
  path: '/api/v1/operations/:id/output',
  tag: 'operations',
  summary: "Get an operation's output",
  description:
    'The end of what its command has written, 16 KiB at most, as plain text; while it runs, as much as has come by now. Empty: there is none.',
  access: 'viewer',
  scope: 'operation',
  params: OperationParams,
  response: Type.String(),
  responseMediaType: 'text/plain',
  problems: ['operation-not-found'],
});

export const CancelBody = Type.Object({ reason: Reason });
export type CancelBody = Type.Static<typeof CancelBody>;

export const cancelOperation = defineRoute({
  name: 'cancelOperation',
  method: 'POST',
  path: '/api/v1/operations/:id/cancel',
  tag: 'operations',
  summary: 'Cancel an operation',
  description:
    'A drain is given up and its hold released. An act that has not begun is never performed. A command that runs is stopped: the answer says `running` and `cancelRequested` until its agent has confirmed it; ' +
    'a restart that has begun is finished, since half of one is worse. Cancelling once more changes nothing.',
  access: 'operator',
  scope: 'operation',
  params: OperationParams,
  body: CancelBody,
  response: Operation,
  problems: ['invalid-request', 'operation-not-found', 'operation-ended', 'operation-not-cancellable'],
});

export const confirmOperation = defineRoute({
  name: 'confirmOperation',
  method: 'POST',
  path: '/api/v1/operations/:id/confirm',
  tag: 'operations',
  summary: 'Confirm that an operation is still wanted',
  description:
    'After many nodes fell silent together, acts that wait for one of them are not delivered to it when it returns before somebody says that they are still wanted. Of any other operation it changes nothing.',
  access: 'operator',
  scope: 'operation',
  params: OperationParams,
  body: Type.Object({}),
  response: Operation,
  problems: ['operation-not-found', 'operation-ended'],
});

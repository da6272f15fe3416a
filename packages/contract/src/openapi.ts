/** The contract as an OpenAPI 3.1 document: made from the same schemas that validate, with no server needed. */
import { BudgetArithmetic } from './budget-arithmetic.ts';
import { FleetLockProblem } from './fleet-lock-error.ts';
import { ProblemDocument } from './problem-document.ts';
import { problems, type ProblemCode } from './problems.ts';
import type { Route } from './http/route.ts';
import { routes } from './http/routes.ts';
import { PostHeaders } from './http/idempotency.ts';
import { AnswerHeaders, ReadHeaders } from './http/revision.ts';
import { Node } from './http/node.ts';
import { AuditEntry } from './http/audit.ts';
import { Budget, BudgetStanding } from './http/budgets.ts';
import { NodeCredentials } from './http/credentials.ts';
import { NodeCommand } from './http/commands.ts';
import { StreamedEvent } from './http/events.ts';
import { Operation } from './http/operation.ts';
import { Rollout, RolloutNode } from './http/rollout.ts';
import { RolloutPlan } from './http/rollout-plan.ts';
import { RolloutSpec } from './http/rollout-spec.ts';
import { Replica, ServerStatus } from './http/server.ts';
import { Slot } from './http/slots.ts';
import { JoinToken, Token } from './http/tokens.ts';
import { DeadLetter, DeliveryAttempt, Webhook } from './http/webhooks.ts';

type Document = Readonly<Record<string, unknown>>;

/** Problems that any authenticated route can give. */
const COMMON_PROBLEMS: readonly ProblemCode[] = [
  'unauthenticated',
  'forbidden',
  'too-many-requests',
  'internal',
  'store-unavailable',
  'behind',
];

/** Problems that any POST can give. */
const POST_PROBLEMS: readonly ProblemCode[] = ['idempotency-key-reused', 'outcome-unknown'];

const components = {
  AuditEntry,
  Budget,
  BudgetArithmetic,
  BudgetStanding,
  DeadLetter,
  DeliveryAttempt,
  JoinToken,
  Node,
  NodeCommand,
  NodeCredentials,
  Operation,
  Rollout,
  RolloutNode,
  RolloutPlan,
  RolloutSpec,
  Replica,
  ServerStatus,
  Slot,
  StreamedEvent,
  Token,
  Webhook,
};

/** The OpenAPI 3.1 document of every route in the contract. */
export function createOpenapiDocument(): Document {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of Object.values<Route>(routes)) {
    const path = route.path.replaceAll(/:([a-z]+)/giu, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice 节点 API',
      version: '1',
      description:
        'The control plane for the nodes of a fleet: list, drain, restart, describe. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'nodes', description: 'What there is, and how it is; out of rotation, restarted, back.' },
      { name: 'metadata', description: 'Any JSON that operators attach to a node.' },
      { name: 'commands', description: 'What nodes can be told to do.' },
      { name: 'operations', description: 'What was asked, by whom, and what came of it.' },
      { name: 'rollouts', description: 'One command applied to many nodes in order, under a budget.' },
      { name: 'budgets', description: 'How many nodes may be unavailable at once.' },
      { name: 'events', description: 'What happens, as it happens.' },
      { name: 'webhooks', description: 'Events that are sent to an address.' },
      { name: 'access', description: 'Who may do what: tokens, and what agents prove who they are with.' },
      { name: 'server', description: 'The server itself.' },
    ],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: '`Authorization: Bearer TOKEN`; the bare `Authorization: TOKEN` is accepted too.',
        },
        password: {
          type: 'http',
          scheme: 'basic',
          description:
            'The token as the password, under any user name: for FleetLock clients only, which take it from their address.',
        },
      },
      headers: Object.fromEntries(ANSWER_HEADERS),
      schemas: {
        ...Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, plain(schema, name)])),
        Problem: plain(ProblemDocument, 'Problem'),
        FleetLockProblem: plain(FleetLockProblem, 'FleetLockProblem'),
      },
    },
  };
}

/** By their names. */
const ANSWER_HEADERS = parametersOf('header', AnswerHeaders).map(
  ({ name, description, schema }) => [String(name), { description, schema }] as const,
);

/** What is told of a token's selector. */
const SCOPES: Readonly<Record<Route['scope'], string>> = {
  node: ' For a token with a selector there are only the nodes that it matches.',
  operation: ' For a token with a selector there are only operations of the nodes that it matches.',
  slot: ' A token with a selector is for slots of the nodes that it matches only.',
  filtered: ' A token with a selector is answered with what belongs to the nodes that it matches.',
  fleet: ' Refused to tokens with a selector.',
  none: '',
};

function operationObject(route: Route): Document {
  const parameters = [
    ...parametersOf('path', route.params),
    ...parametersOf('query', route.query),
    ...parametersOf('header', route.headers),
    ...parametersOf('header', route.method === 'POST' ? PostHeaders : undefined),
    ...parametersOf('header', route.access === 'public' ? undefined : ReadHeaders),
  ];
  return {
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    description: `${route.description}${route.access === 'public' ? '' : ` Needs the role ${route.access}.${SCOPES[route.scope]}`}`,
    ...(route.access === 'public' ? { security: [] } : {}),
    ...(route.dialect === 'fleetlock' ? { security: [{ token: [] }, { password: [] }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: requiredOf(route.body).length > 0,
            content: Object.fromEntries(
              (route.bodyMediaTypes ?? ['application/json']).map((type) => [type, { schema: plain(route.body) }]),
            ),
          },
        }),
    responses: {
      200: {
        description: 'Done.',
        ...(route.access === 'public' ? {} : { headers: answerHeaders() }),
        content: { [route.responseMediaType ?? 'application/json']: { schema: plain(route.response) } },
      },
      ...problemResponses(route),
    },
  };
}

function answerHeaders(): Document {
  return Object.fromEntries(ANSWER_HEADERS.map(([name]) => [name, { $ref: `#/components/headers/${name}` }]));
}

function problemResponses(route: Route): Document {
  const codes = new Set<ProblemCode>([
    ...route.problems,
    ...(route.access === 'public' ? [] : COMMON_PROBLEMS),
    ...(route.method === 'POST' ? POST_PROBLEMS : []),
  ]);
  const schema = route.dialect === 'fleetlock' ? 'FleetLockProblem' : 'Problem';
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      {
        description: lines.join('; '),
        content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${schema}` } } },
      },
    ]),
  );
}

function parametersOf(place: 'path' | 'query' | 'header', schema: unknown): readonly Document[] {
  if (!isDocument(schema) || !isDocument(schema['properties'])) return [];
  const required = requiredOf(schema);
  return Object.entries(schema['properties']).map(([name, property]) => {
    const { description, ...rest } = isDocument(property) ? plainDocument(property) : {};
    return {
      name: place === 'header' ? name.replaceAll(/(^|-)[a-z]/gu, (letter) => letter.toUpperCase()) : name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(typeof description === 'string' ? { description } : {}),
      schema: rest,
    };
  });
}

function requiredOf(schema: unknown): readonly unknown[] {
  return isDocument(schema) && Array.isArray(schema['required']) ? schema['required'] : [];
}

/** Replaces schemas that are components by references, and drops what only TypeBox understands (its `~` keys). */
function plain(schema: unknown, inside?: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => plain(item));
  if (!isDocument(schema)) return schema;
  const id = schema['$id'];
  if (typeof id === 'string' && id !== inside) return { $ref: `#/components/schemas/${id}` };
  return plainDocument(schema);
}

function plainDocument(schema: Document): Document {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== '$id' && !key.startsWith('~'))
      .map(([key, value]) => [key, plain(value)]),
  );
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

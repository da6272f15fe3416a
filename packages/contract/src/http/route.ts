/** What a route of the HTTP API is: everything that server, client and OpenAPI document need to know of it, once. */
import type { TSchema } from 'typebox';
import type { Role } from '../events/access-events.ts';
import type { ProblemCode } from '../problems.ts';

/**
 * Who may call it: everybody, or the role that is named and those above it. Of viewer, operator and admin each may do what the ones
 * before it may; what a machine may, an operator may, too.
 */
export type Access = 'public' | Role;

/**
 * What a token's selector does to it. `node`: the node of the path must be in scope, or there is none; `operation`: its node must;
 * `filtered`: the answer has only what is in scope; `slot`: only slots of nodes in scope; `fleet`: about more than nodes, refused to a token with a selector;
 * `none`: about nothing that a selector could leave out.
 */
export type Scope = 'node' | 'operation' | 'filtered' | 'slot' | 'fleet' | 'none';

export interface Route {
  /** Unique; the OpenAPI operation id. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters, as fastify writes them. */
  readonly path: string;
  readonly tag:
    | 'nodes'
    | 'metadata'
    | 'commands'
    | 'operations'
    | 'rollouts'
    | 'budgets'
    | 'events'
    | 'webhooks'
    | 'access'
    | 'server';
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  readonly scope: Scope;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly headers?: TSchema;
  readonly body?: TSchema;
  /** Media type of the body, where it is not `application/json`. */
  readonly bodyMediaTypes?: readonly string[];
  readonly response: TSchema;
  /** Media type of a successful answer, where it is not `application/json`. */
  readonly responseMediaType?: 'text/plain' | 'text/event-stream';
  /**
   * The route speaks a protocol of others, and takes its clients as they are: a body is JSON whatever type it is said to have,
   * the token may be the password of Basic authentication, and a refusal is an error of that protocol, too.
   */
  readonly dialect?: 'fleetlock';
  /** Problems of its own; those that every route can give are not repeated. */
  readonly problems: readonly ProblemCode[];
}

/** Keeps a route's literal types, so that handlers are typed by its schemas. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

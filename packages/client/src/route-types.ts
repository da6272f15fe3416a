/** What each route of the contract takes and answers, as types made from its schemas. */
import type { RouteName, routes } from '@sluice/contract';
import type { Answered } from './answer.ts';
import type { ValueOf } from './schema-value.ts';

type Routes = typeof routes;

/** The body of a successful answer of route `Name`. */
export type ResponseOf<Name extends RouteName> = ValueOf<Routes[Name]['response']>;

/** What may be said with any call. */
interface CallOptions {
  /** Ends the call early; the answer is then the problem `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds that this call may take, instead of the client's. */
  readonly timeoutMs?: number;
}

type PathPart<R> = R extends { readonly params: infer Params } ? ValueOf<Params> : unknown;
type QueryPart<R> = R extends { readonly query: infer Query } ? { readonly query?: ValueOf<Query> } : unknown;
type BodyPart<R> = R extends { readonly body: infer Body }
  ? {} extends ValueOf<Body>
    ? { readonly body?: ValueOf<Body> }
    : | { readonly body: ValueOf<Body> }
      /** The body as JSON text, sent as it is: for numbers that JavaScript would round. */
      | { readonly bodyText: string }
  : unknown;
type HeaderPart<R> = R extends { readonly headers: unknown; readonly method: 'PUT' | 'PATCH' }
  ? {
      /** The ETag that the change is based on; when the thing has another by now, the answer is `precondition-failed`. */
      readonly ifMatch?: string;
    }
  : unknown;
type IdempotencyPart<R> = R extends { readonly method: 'POST' }
  ? {
      /** The same request with the same key is carried out once, however often it arrives; instead of the client's own keys. */
      readonly idempotencyKey?: string;
    }
  : unknown;
type PreviousPart<R, Name extends RouteName> = R extends { readonly method: 'GET' }
  ? {
      /** An earlier answer to the same question: when nothing has changed since, its value comes back with `isUnchanged`. */
      readonly previous?: Answered<ResponseOf<Name>>;
    }
  : unknown;

/** What route `Name` is called with: its path parameters by name, and `query`, `body`, `ifMatch`, `previous` where it has them. */
export type RequestOf<Name extends RouteName> = PathPart<Routes[Name]> &
  QueryPart<Routes[Name]> &
  BodyPart<Routes[Name]> &
  HeaderPart<Routes[Name]> &
  IdempotencyPart<Routes[Name]> &
  PreviousPart<Routes[Name], Name> &
  CallOptions;

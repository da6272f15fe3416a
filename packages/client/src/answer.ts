/** What a call to the server comes to: a value, or a problem that says what is wrong and what to do. */
import type { ProblemCode } from '@sluice/contract';

/** Problems that arise before or instead of a server's own answer. */
export type ConnectionProblemCode =
  /** No connection could be made, or it broke. */
  | 'unreachable'
  /** No answer within the time allowed. */
  | 'no-answer-in-time'
  /** Something answered, but not a Sluice server. */
  | 'not-a-sluice-answer'
  /** The caller's own signal ended the call. */
  | 'aborted'
  /** The id cannot be written into an address. */
  | 'unaddressable-id'
  /** Not all that happened is kept any more: what is known is to be read again. */
  | 'events-missed';

/** Why a call did not succeed, for a program (`code`) and for a person (`detail`, `whatToDo`). */
export interface ClientProblem {
  /** A newer server may send codes that this client's contract does not know yet, hence any string. */
  readonly code: ProblemCode | ConnectionProblemCode | (string & {});
  /** The HTTP status; `null` when no server answered. */
  readonly status: number | null;
  readonly detail: string;
  readonly whatToDo: string;
  /** The request's field at fault; `null` where there is none. */
  readonly field: string | null;
  /** The request's id in the server's log; `null` when no Sluice server answered. */
  readonly requestId: string | null;
}

/** A call that succeeded. */
export interface Answered<T> {
  readonly ok: true;
  readonly value: T;
  /** The body as it came: for JSON that JavaScript would round or sort (large numbers, keys that look like numbers). */
  readonly text: string;
  /** For `ifMatch`, and to compare; `null` when the route has none. */
  readonly etag: string | null;
  /** Whether `value` is the `previous` one that the call named, because nothing has changed since. */
  readonly isUnchanged: boolean;
}

export type Answer<T> = Answered<T> | { readonly ok: false; readonly problem: ClientProblem };

/** A problem that did not come from the server. */
export function connectionProblem(
  code: ConnectionProblemCode,
  detail: string,
  whatToDo: string,
  status: number | null = null,
): { readonly ok: false; readonly problem: ClientProblem } {
  return { ok: false, problem: { code, status, detail, whatToDo, field: null, requestId: null } };
}

/** The server's problem document as a value; `null` when `document` is none. */
export function readProblem(document: unknown, status: number): ClientProblem | null {
  if (typeof document !== 'object' || document === null) return null;
  const code = textOf(document, 'code');
  const detail = textOf(document, 'detail');
  if (code === null || detail === null) return null;
  return {
    code,
    status,
    detail,
    whatToDo: textOf(document, 'whatToDo') ?? "Look the problem up in the server's /docs.",
    field: textOf(document, 'field'),
    requestId: textOf(document, 'requestId'),
  };
}

function textOf(document: object, key: string): string | null {
  const value: unknown = Reflect.get(document, key);
  return typeof value === 'string' ? value : null;
}

/** THE table of problems: stable code, HTTP status, CLI exit code, title, and what the reader does next. Codes are never reused. */
import type { BudgetArithmetic } from './budget-arithmetic.ts';
import { budgetProblems } from './budget-problems.ts';
import type { ProblemKind } from './problem-kind.ts';
import { serverProblems } from './server-problems.ts';

export const problems = {
  'invalid-request': {
    status: 400,
    exitCode: 2,
    title: 'The request is not valid',
    whatToDo: 'Correct the field that the detail names; nothing was changed.',
  },
  'invalid-parameters': {
    status: 400,
    exitCode: 2,
    title: "The command's parameters are not valid",
    whatToDo: 'Give the parameters that `GET /api/v1/nodes/commands` describes for the command.',
  },
  'invalid-selector': {
    status: 400,
    exitCode: 2,
    title: 'The selector cannot be read',
    whatToDo: 'Write it as `key=value,key!=value,key in (a,b)`.',
  },
  unauthenticated: {
    status: 401,
    exitCode: 3,
    title: 'Who are you?',
    whatToDo: 'Send `Authorization: Bearer TOKEN` with a valid token; the CLI takes it from SLUICE_TOKEN.',
  },
  forbidden: {
    status: 403,
    exitCode: 3,
    title: 'This token may not do that',
    whatToDo: 'Use a token with the role that the detail names.',
  },
  'agent-refused': {
    status: 401,
    exitCode: 3,
    title: 'This agent may not speak for the node',
    whatToDo: 'Do what the detail says; a join token is made with `sluice join-tokens create`.',
  },
  'session-superseded': {
    status: 409,
    exitCode: 5,
    title: "The agent's session is over",
    whatToDo: 'Nothing: the agent connects again and says it again.',
  },
  'no-agent-key': {
    status: 409,
    exitCode: 5,
    title: 'No key of an agent is enrolled',
    whatToDo: 'The node proves who it is by a certificate, or its agent has not connected since keys are asked for.',
  },
  'token-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such token',
    whatToDo: 'List the tokens with `sluice tokens list` or `sluice join-tokens list`.',
  },
  'last-admin-token': {
    status: 409,
    exitCode: 5,
    title: 'It is the last token that may do everything',
    whatToDo: 'Make another admin token first (`sluice tokens create --role admin`), and use that one.',
  },
  'webhook-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such webhook',
    whatToDo: 'List the webhooks with `sluice webhooks list`.',
  },
  'webhook-made-before': {
    status: 409,
    exitCode: 5,
    title: 'This request was carried out before',
    whatToDo:
      'The secret was in the first answer and is not shown again. Give the webhook that the detail names a new one (`sluice webhooks rotate ID`).',
  },
  'too-many-webhooks': {
    status: 409,
    exitCode: 5,
    title: 'There are as many webhooks as this server serves',
    whatToDo: 'Remove one that is not needed (`sluice webhooks remove ID`), or spread the events behind one receiver.',
  },
  'dead-letter-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such dead letter',
    whatToDo: 'List them with `sluice webhooks dead-letters ID`; one that was delivered is there no more.',
  },
  'token-made-before': {
    status: 409,
    exitCode: 5,
    title: 'This request was carried out before',
    whatToDo:
      'The secret was in the first answer and is kept nowhere. Revoke the token that the detail names and make another.',
  },
  'foreign-request': {
    status: 403,
    exitCode: 3,
    title: 'A page of another site made this request',
    whatToDo:
      'From a page of the dashboard: read the `csrfToken` of `GET /auth/session` and send it in the header X-Sluice-Csrf. Programs send a token instead of a cookie.',
  },
  'login-code-invalid': {
    status: 400,
    exitCode: 3,
    title: 'The code of the login is not known',
    whatToDo:
      'A code works once and not for long: run `sluice login` again, or `sluice dashboard` for a new link into the dashboard.',
  },
  'single-sign-on-off': {
    status: 404,
    exitCode: 4,
    title: 'Nobody can log in here',
    whatToDo:
      "Add the section `oidc` (issuer, clientId, publicUrl, roles) to the server's configuration file, as docs/single-sign-on.md shows; or use a token.",
  },
  ...budgetProblems,
  'route-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such route',
    whatToDo: 'Look the path up in /docs; ids are percent-encoded in a path (`/` as %2F).',
  },
  'node-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such node',
    whatToDo: 'List the nodes with `GET /api/v1/nodes`; a node appears when its agent connects for the first time.',
  },
  'operation-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such operation',
    whatToDo: 'List the operations with `GET /api/v1/operations`.',
  },
  'command-not-found': {
    status: 404,
    exitCode: 4,
    title: 'The node has no such command',
    whatToDo: "List the commands with `GET /api/v1/nodes/commands`; a command is declared in the node's agent.yaml.",
  },
  'reboot-not-allowed': {
    status: 409,
    exitCode: 5,
    title: 'The machine of this node may not be rebooted',
    whatToDo:
      'To allow it, write `reboot: { command: [systemctl, reboot], within: 15m }` into the agent.yaml of the node and restart its agent; the workload stays. See docs/reboot.md.',
  },
  'method-not-allowed': {
    status: 405,
    exitCode: 2,
    title: 'The route does not take this method',
    whatToDo: 'Use a method that the Allow header names.',
  },
  'request-timeout': {
    status: 408,
    exitCode: 6,
    title: 'The request did not arrive in time',
    whatToDo: 'Send it again; nothing was changed.',
  },
  'node-connected': {
    status: 409,
    exitCode: 5,
    title: 'The node is connected',
    whatToDo: 'Stop its agent first; a connected agent registers its node again.',
  },
  'credentials-revoked': {
    status: 409,
    exitCode: 5,
    title: 'The certificates of the node were revoked',
    whatToDo:
      'Keep the node for as long as its old certificates are valid. After that forget it with force (`sluice nodes forget ID --force`), as an admin.',
  },
  'operation-ended': {
    status: 409,
    exitCode: 5,
    title: 'The operation has ended already',
    whatToDo: 'Nothing: a terminal status never changes. Ask for a new operation if another outcome is wanted.',
  },
  'operation-not-cancellable': {
    status: 409,
    exitCode: 5,
    title: 'The operation cannot be cancelled',
    whatToDo: 'Ask for the opposite: an undrain is undone by draining again.',
  },
  'precondition-failed': {
    status: 412,
    exitCode: 5,
    title: 'Somebody else changed it first',
    whatToDo: 'Read it again, look at what changed, and write with the new ETag.',
  },
  'body-too-large': {
    status: 413,
    exitCode: 2,
    title: 'The body is too large',
    whatToDo: 'Send at most as many bytes as the detail names.',
  },
  'metadata-too-large': {
    status: 413,
    exitCode: 2,
    title: 'The metadata is too large',
    whatToDo: 'Keep the metadata under 64 KiB; keep large things elsewhere and their address here.',
  },
  'uri-too-long': {
    status: 414,
    exitCode: 2,
    title: 'The address is too long',
    whatToDo: 'A node id has at most 255 characters; shorten the query.',
  },
  'unsupported-media-type': {
    status: 415,
    exitCode: 2,
    title: "The body's type is not understood",
    whatToDo: 'Send JSON with `Content-Type: application/json`.',
  },
  'idempotency-key-reused': {
    status: 422,
    exitCode: 2,
    title: 'The Idempotency-Key was used for another request',
    whatToDo:
      'Give each request a key of its own, such as a random UUID; only a repetition of the very same request has the same key.',
  },
  'workload-locked': {
    status: 423,
    exitCode: 5,
    title: 'The workload must not be interrupted now',
    whatToDo: 'Wait until the lock that the detail names is released or expires, or give `"force": true`.',
  },
  'headers-too-large': {
    status: 431,
    exitCode: 2,
    title: 'The headers are too large',
    whatToDo: 'Send at most 16 KiB of headers.',
  },
  ...serverProblems,
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;

/** A refusal as a value: its code, and one or two sentences for the person who asked. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  /** The field of the request that is at fault, where there is one. */
  readonly field?: string;
  /** The budget that has no place left, where that is the problem. */
  readonly budget?: BudgetArithmetic;
}

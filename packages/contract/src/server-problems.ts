/** The rows of the table of problems that are about the server itself, whatever was asked. */
import type { ProblemKind } from './problem-kind.ts';

export const serverProblems = {
  internal: {
    status: 500,
    exitCode: 1,
    title: 'The server failed',
    whatToDo: "Look for the request id of this answer in the server's log and report it.",
  },
  'store-unavailable': {
    status: 503,
    exitCode: 7,
    title: 'The store cannot be written',
    whatToDo: 'Nothing was changed. Mend what the detail names (a full disk, rights), then send the request again.',
  },
  'outcome-unknown': {
    status: 503,
    exitCode: 7,
    title: 'Nobody knows whether it was done',
    whatToDo:
      'Look when the store is back, or send the request again with the same Idempotency-Key: it is then done once in all.',
  },
  'too-many-requests': {
    status: 429,
    exitCode: 7,
    title: 'Too many requests',
    whatToDo:
      'Wait as long as `Retry-After` says and ask again; nothing was done. More may be allowed in the server’s `limits`.',
  },
  'too-many-sessions': {
    status: 429,
    exitCode: 7,
    title: 'Too many agents at one address',
    whatToDo:
      'Raise `limits.sessionsPerAddress` in the server’s configuration, if that many agents are behind one address.',
  },
  'too-many-streams': {
    status: 503,
    exitCode: 7,
    title: 'Too many follow the events already',
    whatToDo: 'End what follows `GET /api/v1/events` without need, then try again.',
  },
  behind: {
    status: 503,
    exitCode: 7,
    title: 'This server does not show yet what was asked for',
    whatToDo:
      'Nothing was done: send the request again in a moment, best to another server. Without `Sluice-Min-Revision` it is answered with what this server shows; where the database was set back to an earlier state, there is no more than that.',
  },
  stopping: {
    status: 503,
    exitCode: 7,
    title: 'The server is stopping',
    whatToDo: 'Send the request again in a moment; nothing was changed.',
  },
} as const satisfies Record<string, ProblemKind>;

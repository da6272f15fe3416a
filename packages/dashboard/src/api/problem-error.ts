/** Why a call did not succeed, as an error: what queries and mutations throw, and what pages show. */
import { type Answer, type ClientProblem, readProblem } from '@sluice/client';

export class ProblemError extends Error {
  readonly problem: ClientProblem;

  constructor(problem: ClientProblem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The value of an answer; throws a `ProblemError` where there is none. */
export function valueIn<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new ProblemError(answer.problem);
  return answer.value;
}

/** What is known of an error, whatever threw it. */
export function problemOf(error: unknown): ClientProblem {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'dashboard-fault',
    status: null,
    detail: error instanceof Error ? error.message : String(error),
    whatToDo: 'Load the page again; if it happens again, it is a fault of the dashboard: report it with this text.',
    field: null,
    requestId: null,
  };
}

/** The problem document of an answer that is not of the API's contract. @param status `null`: there was no answer. */
export function problemIn(body: unknown, status: number | null): ClientProblem {
  const problem = status === null ? null : readProblem(body, status);
  if (problem !== null) return problem;
  return status === null
    ? {
        code: 'unreachable',
        status,
        detail: 'The server cannot be reached.',
        whatToDo: 'It is asked again by itself; look whether the server runs and the network is there.',
        field: null,
        requestId: null,
      }
    : {
        code: 'not-a-sluice-answer',
        status,
        detail: `Something answered with ${status} that is not a Sluice server.`,
        whatToDo: 'A proxy in between may be answering instead of the server: look there.',
        field: null,
        requestId: null,
      };
}

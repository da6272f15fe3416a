/** A problem as an exception: how an iteration ends that has no answer to hold it. */
import type { ClientProblem } from './answer.ts';

/** Its message says what is wrong and what to do. */
export class ProblemError extends Error {
  readonly problem: ClientProblem;

  constructor(problem: ClientProblem) {
    super(`${problem.detail} ${problem.whatToDo}`);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

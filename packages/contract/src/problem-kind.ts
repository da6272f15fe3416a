/** What the table of problems says of each. */

/** One row of the table. `exitCode` is what `sluice` ends with when the server answers so. */
export interface ProblemKind {
  readonly status: number;
  readonly exitCode: number;
  readonly title: string;
  readonly whatToDo: string;
}

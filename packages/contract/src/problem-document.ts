/** A problem as HTTP answers carry it: RFC 9457, with our stable `code` and what to do beside the standard members. */
import Type from 'typebox';
import { BudgetArithmetic } from './budget-arithmetic.ts';
import { type Problem, problems } from './problems.ts';

export const ProblemDocument = Type.Object({
  type: Type.String({ description: "Address of the problem's description, relative to the server." }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'What is wrong with this very request, for a person.' }),
  code: Type.String({ description: 'Stable name of the problem, for programs.' }),
  whatToDo: Type.String({ description: 'What the reader does next.' }),
  field: Type.Optional(Type.String({ description: 'The field at fault.' })),
  budget: Type.Optional(BudgetArithmetic),
  requestId: Type.String({ description: "The request's id in the server's log." }),
});
export type ProblemDocument = Type.Static<typeof ProblemDocument>;

/** Characters of a detail: it may repeat what somebody sent, but never all of it. */
const DETAIL_LENGTH_MAX = 1000;

/** The document for a problem, as HTTP answers carry it. */
export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  const kind = problems[problem.code];
  return {
    type: `/docs/problems/${problem.code}`,
    title: kind.title,
    status: kind.status,
    detail:
      problem.detail.length > DETAIL_LENGTH_MAX ? `${problem.detail.slice(0, DETAIL_LENGTH_MAX)}…` : problem.detail,
    code: problem.code,
    whatToDo: kind.whatToDo,
    ...(problem.field === undefined ? {} : { field: problem.field }),
    ...(problem.budget === undefined ? {} : { budget: problem.budget }),
    requestId,
  };
}

/** What `sluice` ends with: part of its interface, for scripts. */
import type { ClientProblem } from '@sluice/client';
import { problems } from '@sluice/contract';

export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  notAuthorised: 3,
  notFound: 4,
  conflict: 5,
  timedOut: 6,
  unreachable: 7,
  /** As shells write 'ended by Ctrl-C'. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const connectionExitCodes: Readonly<Record<string, ExitCode>> = {
  unreachable: exitCodes.unreachable,
  'not-a-sluice-answer': exitCodes.unreachable,
  'no-answer-in-time': exitCodes.timedOut,
  aborted: exitCodes.interrupted,
  'unaddressable-id': exitCodes.wrongUsage,
};

/** The exit code for a problem: from the contract's table; for a code of a newer server from its HTTP status. */
export function exitCodeOf(problem: ClientProblem): ExitCode {
  const known = Object.entries(problems).find(([code]) => code === problem.code)?.[1].exitCode;
  // Whatever answers in the server's place may call its problem like something that every object has.
  const ours = Object.hasOwn(connectionExitCodes, problem.code) ? connectionExitCodes[problem.code] : undefined;
  return known ?? ours ?? exitCodeOfStatus(problem.status ?? 500);
}

function exitCodeOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAuthorised;
  if (status === 404) return exitCodes.notFound;
  if (status === 408 || status === 504) return exitCodes.timedOut;
  if (status === 409 || status === 412 || status === 423) return exitCodes.conflict;
  if (status === 502 || status === 503) return exitCodes.unreachable;
  return status < 500 ? exitCodes.wrongUsage : exitCodes.failed;
}

/** The exit code of several acts: the first that is not `done`. */
export function firstFailure(codes: readonly ExitCode[]): ExitCode {
  return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}

/** Where words meet the terminal: answers on stdout, everything else on stderr, errors with what to do. */
import type { ClientProblem } from '@sluice/client';
import { exitCodeOf, exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { paintFor } from './colour.ts';
import { printable } from './printable.ts';

/** One line of an answer, on stdout. */
export function printLine(terminal: Terminal, text: string): void {
  terminal.stdout.write(`${printable(text)}\n`);
}

/** One line beside the answer, on stderr. */
export function printNote(terminal: Terminal, text: string): void {
  terminal.stderr.write(`${printable(text)}\n`);
}

/** What is wrong and what to do, on stderr. */
export function printError(terminal: Terminal, detail: string, whatToDo: string): void {
  const paint = paintFor(terminal.stderr, terminal.environment);
  terminal.stderr.write(
    `${paint('Error:', 'red')} ${printable(detail)}\n${paint('→', 'blue')} ${printable(whatToDo)}\n`,
  );
}

/** A problem in the words of this command line, on stderr. Gives the exit code that it means. */
export function printProblem(terminal: Terminal, problem: ClientProblem, subject?: string): ExitCode {
  const exitCode = exitCodeOf(problem);
  // The person who pressed Ctrl-C knows what happened.
  if (exitCode === exitCodes.interrupted) return exitCode;
  const inLog = problem.code === 'internal' && problem.requestId !== null ? ` (request ${problem.requestId})` : '';
  printError(terminal, `${subject === undefined ? '' : `${subject}: `}${problem.detail}${inLog}`, adviceOn(problem));
  return exitCode;
}

/** Whether the server was reached, and its certificate was not trusted. */
export function isDistrusted({ code, detail }: ClientProblem): boolean {
  return code === 'unreachable' && /certificate|self-signed|altnames/iu.test(detail);
}

const HOW_TO_TRUST =
  'If it is the right server, give the certificate of its authority with --server-ca FILE or SLUICE_SERVER_CA; it must be reached by a name that its certificate has.';

/** What to do, where it is said better in commands than in the routes of the API. */
const ADVICE: Readonly<Record<string, string>> = {
  unreachable:
    'Start one with `sluice server` (or a whole fleet with `sluice demo`), or say where it is with --url or SLUICE_URL.',
  'not-a-sluice-answer': 'Say where the server is with --url or SLUICE_URL.',
  unauthenticated:
    'Run `sluice login` where the server has single sign-on; else set SLUICE_TOKEN to a valid token, or write `token:` into ~/.config/sluice/config.yaml (mode 600).',
  'node-not-found':
    'See the nodes with `sluice nodes list`; a node appears when its agent connects for the first time.',
  'budget-exceeded':
    'Wait until one of them is back, or add --force --reason WHY. `sluice budgets list` shows the places that are left.',
  'operation-not-found': 'See the operations with `sluice operations list`.',
  'command-not-found':
    'See what the node can do with `sluice nodes commands ID`; commands are declared in its agent.yaml.',
  'invalid-parameters': 'See the parameters with `sluice nodes commands ID -o yaml`.',
  'unaddressable-id': 'Give the id as `sluice nodes list -o name` writes it.',
};

/** What to do about a problem, for somebody at this command line. */
export function adviceOn(problem: ClientProblem): string {
  if (isDistrusted(problem)) return HOW_TO_TRUST;
  const { code, whatToDo } = problem;
  return (Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined) ?? whatToDo;
}

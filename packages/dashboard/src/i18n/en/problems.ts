/** What to do about a problem, for who sits before the dashboard: the server's own words are for who calls the API. */
import type { ConnectionProblemCode } from '@sluice/client';
import { problems as contract, type ProblemCode } from '@sluice/contract';

export type ToldProblemCode = ProblemCode | ConnectionProblemCode;

const here: Partial<Record<ToldProblemCode, string>> = {
  unauthenticated: 'Log in again; your session or your token has ended.',
  forbidden: 'Ask an admin for a token or a role that may.',
  'foreign-request': 'Load the page again, then try once more.',
  'node-not-found': 'Look for it under Nodes; a node appears when its agent connects for the first time.',
  'operation-not-found': 'Look for it under Operations; old ones are removed.',
  'command-not-found': 'Its agent does not declare it (any more): look at the commands of the node.',
  'invalid-parameters': 'Correct what the detail names.',
  'login-code-invalid': 'A link works once and not for long: print another with sluice dashboard, or paste a token.',
  'precondition-failed': 'Somebody else saved first: look at what changed, then save again.',
  'budget-exceeded':
    'Wait until a node that the detail names is back, or force it with a reason. Budgets shows the places that are left.',
  'budget-not-found': 'Look at the list of budgets: somebody may have removed it.',
  'too-many-budgets': 'Remove one that is not needed: each is asked of every change of a node.',
  'slot-not-found': 'Look at the list of slots: it may have been given back.',
  'rollout-not-found': 'Look for it under Rollouts; those that ended long ago are kept no more.',
  'rollout-selects-nothing': 'Correct the selector, or choose other nodes.',
  'rollout-plan-changed': 'Look at the plan once more, then start it. Nothing was begun.',
  'rollout-not-possible': 'Look at its status; the detail says what it would need.',
  'too-many-rollouts': 'Wait for one to end, or cancel one.',
  behind: 'Nothing was done: try again in a moment; this server is behind another one.',
  'workload-locked': 'Wait until the lock is released or expires.',
  unreachable:
    'Look whether the server runs and the network is there. What was to be done may or may not have been done: look first.',
  'no-answer-in-time': 'It may or may not have been done: look before you try again.',
  'not-a-sluice-answer': 'A proxy in between may be answering instead of the server: look there.',
  aborted: 'Nothing; it was asked for.',
};

const inTheContract = Object.entries(contract).map(([code, { whatToDo }]) => [code, whatToDo] as const);
const inWords = new Map<string, string>([...inTheContract, ...Object.entries(here)]);

/** @param fromServer What the answer itself says, for codes of a newer server. */
export const problems = {
  whatToDo: (code: string, fromServer: string): string => inWords.get(code) ?? fromServer,
};

/** The one rule of budgets: what would make an available node unavailable needs a place in every budget that is for the node. */
import type { BudgetArithmetic, FleetEvent, Problem } from '@sluice/contract';
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { type FullBudget, type PlaceTaken, type Standing, standingInWords } from './standing.ts';
import { isUnavailable } from './unavailable.ts';

/** Those who take places that a sentence names. */
export const PLACES_NAMED_MAX = 10;

type TakingCommand = Extract<
  Command,
  { readonly kind: 'DrainNode' | 'RestartWorkload' | 'RebootMachine' | 'RunDeclaredCommand' }
>;

/**
 * Whether a command takes its node's place in the budgets that are for it. What is unavailable already takes no further place,
 * and what agents report is never asked.
 */
export function takesPlace(node: NodeState, command: Command): command is TakingCommand {
  if (isUnavailable(node)) return false;
  if (command.kind === 'DrainNode' || command.kind === 'RestartWorkload' || command.kind === 'RebootMachine')
    return true;
  if (command.kind !== 'RunDeclaredCommand') return false;
  return node.commands.find(({ name }) => name === command.name)?.disruptive ?? false;
}

/** What was decided, if the budgets allow it or it was forced with a reason: then with the event that says so. */
export function withinBudgets(
  node: NodeState,
  command: TakingCommand,
  context: Context,
  decision: Result<Decision>,
): Result<Decision> {
  const [full, ...others] = context.fullBudgets;
  if (full === undefined || !decision.ok || !takesPlace(node, command)) return decision;
  const { force, reason } = command;
  if (!force) return refuse(noPlaceLeft(full, whatElse(others, WHEN_REFUSED)));
  if (reason === null || reason.trim() === '')
    return refuse({ ...noPlaceLeft(full, whatElse(others, WITHOUT_A_REASON)), field: 'reason' });
  const { events, operationId } = decision.value;
  if (operationId === null) return decision;
  const budgets = context.fullBudgets.map(({ name, matching, allowed, unavailable }) => ({
    name,
    matching,
    allowed,
    unavailable,
  }));
  const overridden: FleetEvent = { kind: 'BudgetOverridden', operationId, budgets, reason };
  return decided([overridden, ...events], operationId);
}

const WHEN_REFUSED = 'To do it all the same, use force and give a reason.';
const WITHOUT_A_REASON = 'Whoever forces it must give a reason.';

function whatElse(others: readonly FullBudget[], sentence: string): string {
  if (others.length === 0) return sentence;
  return `No place is left in ${others.map(({ name }) => `'${name}'`).join(', ')} either. ${sentence}`;
}

/**
 * A refusal as somebody may read it for whom not every node exists.
 * @param exists Whether a node does.
 * @param because Why a node that does is unavailable.
 */
export function withNamesOf(
  problem: Problem,
  exists: (id: string) => boolean,
  because: (id: string) => string,
): Problem {
  const { budget } = problem;
  if (budget === undefined) return problem;
  const takenIds = budget.nodeIds.filter(exists);
  const taken = takenIds.slice(0, PLACES_NAMED_MAX).map((id) => ({ id, because: because(id) }));
  const sentence = problem.field === 'reason' ? WITHOUT_A_REASON : WHEN_REFUSED;
  return { ...problem, ...noPlaceLeft({ ...budget, left: 0, takenIds, taken }, sentence) };
}

/** The problem that a budget has no place left. @param whatElse A sentence that follows the arithmetic. */
export function noPlaceLeft(full: FullBudget, whatElse: string): Problem {
  const { name, maxUnavailable, matching, allowed, unavailable, takenIds } = full;
  const budget: BudgetArithmetic = { name, maxUnavailable, matching, allowed, unavailable, nodeIds: [...takenIds] };
  return { code: 'budget-exceeded', detail: `${arithmeticInWords(full, full.taken)} ${whatElse}`, budget };
}

/** The arithmetic in one sentence. @param taken Those who are named; there may be more. */
export function arithmeticInWords(standing: Standing, taken: readonly PlaceTaken[]): string {
  if (taken.length === 0) return `${standingInWords(standing)}.`;
  const named = taken.slice(0, PLACES_NAMED_MAX).map(({ id, because }) => `${id} (${because})`);
  const others = standing.unavailable - named.length;
  return `${standingInWords(standing)}: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}.`;
}

/** Where the values of an argument or option come from, for those who press TAB; choices and files commander's tree tells by itself. */
import type { Argument, Option } from 'commander';

/** What the server is asked for. */
export type LiveSource =
  | 'nodes'
  | 'operations'
  | 'rollouts'
  | 'node-types'
  | 'commands'
  | 'tokens'
  | 'join-tokens'
  | 'webhooks'
  | 'budgets'
  | 'slots';

export interface ValueSource {
  /** Words that are always the same, or what the server has now. */
  readonly values: readonly string[] | LiveSource;
  /** Whether several are written with commas between them. */
  readonly isList: boolean;
}

/** The arguments that stand before one tell which values it has. */
type ValuesByWord = (given: readonly string[]) => ValueSource['values'];

const sources = new WeakMap<Argument | Option, ValueSource>();
const sourcesByWord = new WeakMap<Argument | Option, ValuesByWord>();

/** The same argument or option, whose value is one of these. */
export function completedFrom<T extends Argument | Option>(one: T, values: ValueSource['values']): T {
  sources.set(one, { values, isList: false });
  return one;
}

/** The same option, whose value is some of these with commas between them. */
export function completedByList(option: Option, values: ValueSource['values']): Option {
  sources.set(option, { values, isList: true });
  return option;
}

/** The same argument, whose values depend on what was given before it. */
export function completedByWord(argument: Argument, values: ValuesByWord): Argument {
  sourcesByWord.set(argument, values);
  return argument;
}

/** @param given The arguments before the cursor. @returns `null`: nothing is known of its values. */
export function sourceOf(one: Argument | Option, given: readonly string[] = []): ValueSource | null {
  if (one.argChoices !== undefined) return { values: one.argChoices, isList: false };
  const byWord = sourcesByWord.get(one);
  return byWord === undefined ? (sources.get(one) ?? null) : { values: byWord(given), isList: false };
}

/** What may stand where the cursor is, decided from commander's tree alone: it cannot lag behind the commands. */
import type { Argument, Command, Option } from 'commander';
import { sourceOf, type LiveSource } from './value-source.ts';

export interface Candidate {
  readonly value: string;
  /** A few words for the shells that show them; may be empty. */
  readonly description: string;
}

export type Expected =
  | { readonly kind: 'values'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' | 'directories' }
  /** What the server has; each value stands behind `before`, and `without` are there already. */
  | {
      readonly kind: 'live';
      readonly source: LiveSource;
      readonly before: string;
      readonly without: readonly string[];
      /** Options that were given, by commander's names: where the server is, among others. */
      readonly options: Readonly<Record<string, string>>;
    };

const NOTHING: Expected = { kind: 'values', candidates: [] };

/** Where the words before the cursor lead to. */
interface Place {
  readonly command: Command;
  /** Arguments before the cursor. */
  readonly given: readonly string[];
  /** The option whose value is due; `null`: none. */
  readonly option: Option | null;
  readonly isAfterDashes: boolean;
  readonly used: ReadonlySet<Option>;
  readonly options: Readonly<Record<string, string>>;
}

/** @param words What was typed after the program's name; the last one is where the cursor is, and may be empty. */
export function completeWords(program: Command, words: readonly string[]): Expected {
  const current = words.at(-1) ?? '';
  const place = placeOf(program, words.slice(0, -1));
  const { command, given, option, isAfterDashes } = place;
  if (option !== null) return valuesOf(option, current, '', [], place);
  if (isAfterDashes) return { kind: 'files' };
  const assigned = /^(--[^=]+=)(.*)$/su.exec(current);
  if (assigned !== null) {
    const [, flag = '', value = ''] = assigned;
    const named = command.options.find(({ long, short }) => [long, short].includes(flag.slice(0, -1)));
    return named === undefined ? NOTHING : valuesOf(named, value, flag, [], place);
  }
  if (current.startsWith('-')) return { kind: 'values', candidates: startingWith(current, optionsOf(place)) };
  const commands =
    given.length === 0
      ? command
          .createHelp()
          .visibleCommands(command)
          .map((one) => ({ value: one.name(), description: one.summary() }))
      : [];
  if (commands.length > 0) return { kind: 'values', candidates: startingWith(current, commands) };
  const { registeredArguments: declared } = command;
  const argument = declared[given.length] ?? (declared.at(-1)?.variadic === true ? declared.at(-1) : undefined);
  if (argument === undefined) return NOTHING;
  return valuesOf(argument, current, '', argument.variadic ? given.slice(declared.length - 1) : [], place);
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let option: Option | null = null;
  let given: readonly string[] = [];
  const used = new Set<Option>();
  const options: Record<string, string> = {};
  for (const [index, word] of words.entries()) {
    if (option !== null) {
      options[option.attributeName()] = word;
      option = null;
    } else if (word === '--') {
      return { command, given: [...given, ...words.slice(index + 1)], option, isAfterDashes: true, used, options };
    } else if (word.startsWith('-') && word !== '-') {
      const [flag, value] = split(word);
      const named = command.options.find((one) => one.short === flag || one.long === flag);
      if (named === undefined) continue;
      used.add(named);
      if (value !== null) options[named.attributeName()] = value;
      else if (named.required) option = named;
    } else {
      const below = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (below === undefined) given = [...given, word];
      else command = below;
    }
  }
  return { command, given, option, isAfterDashes: false, used, options };
}

/** `--status=active` as its flag and value. */
function split(word: string): readonly [string, string | null] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)];
}

function optionsOf({ command, used }: Place): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((one) => !used.has(one))
    .map((one) => ({ value: one.long ?? one.short ?? '', description: one.description }));
}

/** @param before What of the word stands before the value. @param without Values that are there already. */
function valuesOf(
  one: Option | Argument,
  typed: string,
  before: string,
  without: readonly string[],
  { options, given }: Place,
): Expected {
  const source = sourceOf(one, given);
  if (source === null) return filesFor(one);
  const listed = source.isList ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const taken = [...without, ...listed.split(',').map((each) => each.trim())].filter((each) => each !== '');
  if (typeof source.values === 'string')
    return { kind: 'live', source: source.values, before: `${before}${listed}`, without: taken, options };
  const candidates = source.values
    .filter((value) => !taken.includes(value))
    .map((value) => ({ value: `${before}${listed}${value}`, description: '' }));
  return { kind: 'values', candidates: startingWith(`${before}${typed}`, candidates) };
}

/** Flags say `<file>` and `<dir>` where files belong. */
function filesFor(one: Option | Argument): Expected {
  const name = 'flags' in one ? /[<[](\w+)/u.exec(one.flags)?.[1] : one.name();
  if (name === 'file') return { kind: 'files' };
  return name === 'dir' ? { kind: 'directories' } : NOTHING;
}

export function startingWith(typed: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed));
}

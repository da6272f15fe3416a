/** The command that a shell asks at each TAB: a line that says of what kind the answers are, then the answers. */
import { Argument, Command } from 'commander';
import { completeWords, startingWith } from '../completion/complete-words.ts';
import { linesForShell, SHELLS, unquoted, type Shell } from '../completion/for-shell.ts';
import { liveValues } from '../completion/live-values.ts';
import { ASKED_COMMAND } from '../completion/shell-scripts.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';

export function completeCommand(terminal: Terminal, finish: Finish): Command {
  return new Command(ASKED_COMMAND)
    .description('What may stand at the end of a command line; for the scripts of `sluice completion`.')
    .addArgument(new Argument('<shell>', 'who asks').choices(SHELLS))
    .argument('[words...]', 'what was typed after `sluice`; the last word is where the cursor is')
    .action((shell: Shell, words: readonly string[], _options: object, command: Command) =>
      finish(answer(terminal, rootOf(command), shell, words)),
    );
}

async function answer(
  terminal: Terminal,
  program: Command,
  shell: Shell,
  typedWords: readonly string[],
): Promise<ExitCode> {
  // zsh and fish give words as they mean them.
  const words = shell === 'bash' ? typedWords.map(unquoted) : typedWords;
  const current = words.at(-1) ?? '';
  const expected = completeWords(program, words);
  let lines: readonly string[] = [];
  if (expected.kind === 'values') lines = linesForShell(shell, typedWords.at(-1) ?? '', expected.candidates);
  if (expected.kind === 'live') {
    const { source, before, without, options } = expected;
    const values = await liveValues(source, current.slice(before.length), options, terminal);
    const candidates = values
      .filter(({ value }) => !without.includes(value))
      .map(({ value, description }) => ({ value: `${before}${value}`, description }));
    lines = linesForShell(shell, typedWords.at(-1) ?? '', startingWith(current, candidates));
  }
  const kind = expected.kind === 'live' ? 'values' : expected.kind;
  terminal.stdout.write([kind, ...lines].map((line) => `${line}\n`).join(''));
  return exitCodes.done;
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

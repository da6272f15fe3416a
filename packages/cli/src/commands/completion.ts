/** `sluice completion`: makes TAB complete commands, options, and the ids of what there is. */
import { Argument, Command } from 'commander';
import { SHELLS, type Shell } from '../completion/for-shell.ts';
import { SHELL_SCRIPTS } from '../completion/shell-scripts.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';

export function completionCommand(terminal: Terminal, finish: Finish): Command {
  return new Command('completion')
    .summary('complete commands, options and ids with TAB')
    .description(
      'Prints what has bash, zsh or fish complete commands, options and their values, and, where a token is configured, the ids of ' +
        'nodes, operations and tokens from the server. Where that does not answer within a second, nothing is offered.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '',
        'To have it in every new shell:',
        "  bash  echo 'source <(sluice completion bash)' >> ~/.bashrc",
        "  zsh   echo 'source <(sluice completion zsh)' >> ~/.zshrc     (after compinit)",
        '  fish  sluice completion fish > ~/.config/fish/completions/sluice.fish',
        '',
        'Example:',
        '  source <(sluice completion bash)',
      ].join('\n'),
    )
    .action(async (shell: Shell) => {
      terminal.stdout.write(SHELL_SCRIPTS[shell]);
      await finish(Promise.resolve(exitCodes.done));
    });
}

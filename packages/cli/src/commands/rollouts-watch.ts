/** `sluice rollouts watch`: a live picture of a rollout, to its end. */
import { isEnded } from '@sluice/core';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine } from '../output/print.ts';
import { followRollout } from '../rollouts/follow-rollout.ts';
import { rolloutEndInWords } from '../rollouts/rollout-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { waitTimeoutOption } from './act-on-nodes.ts';

interface WatchOptions extends SettingFlags {
  readonly output: Format;
  readonly waitTimeout?: number;
}

export function rolloutsWatchCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('watch')
    .summary('follow a rollout to its end')
    .description(
      'Shows each node as a cell, what is under way and what it waits for, until it has ended; without a terminal a line for\n' +
        'each change. Also while it is paused. Ctrl-C ends the watching, never the rollout. Exit code 0: it succeeded; 1: it\n' +
        'failed or was cancelled.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'rollout'), 'rollouts'))
    .addOption(waitTimeoutOption())
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice rollouts watch ro_01jd2x8q')
    .action((id: string, options: WatchOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { output } = options;
          const { rollout, exitCode } = await followRollout(terminal, client, id, {
            timeoutSeconds: options.waitTimeout ?? null,
            endsWhenStopped: false,
          });
          if (rollout === null) return exitCode;
          if (output === 'json' || output === 'yaml') terminal.stdout.write(renderDocument(output, rollout));
          else if (isEnded(rollout)) printLine(terminal, rolloutEndInWords(rollout));
          return exitCode;
        }),
      ),
    );
}

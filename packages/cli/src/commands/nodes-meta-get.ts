/** `sluice nodes meta get`: the metadata that operators attached to a node. */
import { Argument, Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { renderMetadata } from '../output/metadata-text.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface MetaGetOptions extends SettingFlags {
  readonly output: 'json' | 'yaml';
  readonly etag?: boolean;
}

export function nodesMetaGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show the metadata of a node')
    .description(
      'Prints the metadata itself, so that it can be given to `meta set` again; `null` when nobody attached any.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
    .addOption(new Option('-o, --output <format>', 'how to write it').choices(['json', 'yaml']).default('json'))
    .option('--etag', 'print only its ETag, for `meta set --if-match`');
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes meta get lobby-1 -o yaml')
    .action((id: string, options: MetaGetOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.getMetadata({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          if (options.etag) printLine(terminal, answer.etag ?? '');
          else terminal.stdout.write(renderMetadata(options.output, answer.text));
          return exitCodes.done;
        }),
      ),
    );
}

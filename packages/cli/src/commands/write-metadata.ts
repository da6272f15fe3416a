/** `sluice nodes meta set` and `patch`: they differ in the route that they call. */
import type { Answer, Client, ResponseOf } from '@sluice/client';
import { Argument, type Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { renderMetadata } from '../output/metadata-text.ts';
import { printError, printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { readJsonArgument } from './json-argument.ts';

interface WriteOptions extends SettingFlags {
  readonly ifMatch?: string;
  readonly output: 'table' | 'json' | 'yaml';
}

interface MetadataChange {
  readonly id: string;
  readonly bodyText: string;
  readonly ifMatch?: string;
}

/** Completes a command that takes `ID JSON` and writes it by `write`; `done` is what the answer says has happened. */
export function writeMetadataCommand(
  command: Command,
  terminal: Terminal,
  finish: Finish,
  write: (client: Client, change: MetadataChange) => Promise<Answer<ResponseOf<'replaceMetadata'>>>,
  done: string,
): Command {
  return withConnectionOptions(
    command
      .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
      .argument('<json>', 'any JSON value; @FILE reads it from a file, - from stdin')
      .option('--if-match <etag>', 'only if it still has this ETag; else exit code 5')
      .addOption(
        new Option('-o, --output <format>', 'json and yaml print the metadata as it is now')
          .choices(['table', 'json', 'yaml'])
          .default('table'),
      ),
  ).action((id: string, argument: string, options: WriteOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const json = await readJsonArgument(argument, terminal);
        if (!json.ok) {
          printError(
            terminal,
            json.detail,
            'Write JSON, such as \'{"game":"chess"}\'; a text needs its own quotes: \'"text"\'.',
          );
          return exitCodes.wrongUsage;
        }
        const change = { id, bodyText: `{"meta":${json.text}}` };
        const answer = await write(
          client,
          options.ifMatch === undefined ? change : { ...change, ifMatch: options.ifMatch },
        );
        if (!answer.ok) return printProblem(terminal, answer.problem);
        if (options.output === 'table')
          printLine(terminal, `${id}: ${done}${answer.etag === null ? '' : `; ETag ${answer.etag}`}`);
        else terminal.stdout.write(renderMetadata(options.output, answer.text));
        return exitCodes.done;
      }),
    ),
  );
}

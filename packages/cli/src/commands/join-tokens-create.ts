/** `sluice join-tokens create`: makes a token with which an agent joins the fleet. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Expiry, expiryField, expiryOption } from '../expiry-option.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

const USES_MAX = 1_000_000;

interface CreateOptions extends SettingFlags {
  readonly name?: string;
  readonly type?: string;
  readonly uses?: number | 'unlimited';
  readonly expires?: Expiry;
  readonly output: Format;
}

export function joinTokensCreateCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('create')
    .summary('make a token for an agent to join with')
    .description(
      'Makes a join token and shows it once. An agent needs it for its first connection only: from then on it proves a key\n' +
        'of its own, which never leaves its node.',
    )
    .option('--name <name>', 'what it is for')
    .addOption(completedFrom(new Option('--type <type>', 'only nodes of this type'), 'node-types'))
    .addOption(
      new Option('--uses <count>', 'how many agents may join with it: 1, 40, unlimited (default 1)').argParser(uses),
    )
    .addOption(expiryOption('1h'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice join-tokens create --type game-server --uses 40 --expires 2h')
    .action((options: CreateOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { name, type, uses: count, expires, output } = options;
          const answer = await client.createJoinToken({
            body: {
              ...(name === undefined ? {} : { name }),
              ...(type === undefined ? {} : { type }),
              ...(count === undefined ? {} : { uses: count === 'unlimited' ? null : count }),
              ...expiryField(expires),
            },
          });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { token, secret } = answer.value;
          if (output === 'json' || output === 'yaml') {
            terminal.stdout.write(renderDocument(output, answer.value));
            return exitCodes.done;
          }
          printLine(terminal, secret);
          if (output === 'name') return exitCodes.done;
          const who =
            token.usesMax === null
              ? 'any number of agents'
              : token.usesMax === 1
                ? 'one agent'
                : `${token.usesMax} agents`;
          const of = token.type === null ? '' : ` of type ${token.type}`;
          const end =
            token.expiresAt === null ? 'does not run out' : `runs out in ${untilInWords(token.expiresAt, Date.now())}`;
          printNote(terminal, `For ${who}${of} (${token.id}); ${end}. It is shown this once.`);
          printNote(
            terminal,
            'On the node: SLUICE_JOIN_TOKEN=… sluice agent, with `joinToken: ${SLUICE_JOIN_TOKEN}` in its agent.yaml.',
          );
          return exitCodes.done;
        }),
      ),
    );
}

function uses(text: string): number | 'unlimited' {
  if (text === 'unlimited') return text;
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= USES_MAX) return count;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${USES_MAX}, or unlimited.`);
}

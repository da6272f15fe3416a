/** `sluice tokens create`: makes a token for a person or a program. */
import { Command, Option } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Expiry, expiryField, expiryOption } from '../expiry-option.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface CreateOptions extends SettingFlags {
  readonly role: 'viewer' | 'operator' | 'admin' | 'machine';
  readonly selector?: string;
  readonly expires?: Expiry;
  readonly output: Format;
}

export function tokensCreateCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('create')
    .summary('make a token')
    .description(
      'Makes a token and shows it once; the server keeps only its hash. With a selector there are only the nodes that it\n' +
        'matches for whoever has the token: in lists, events, operations, the audit and counts too.',
    )
    .argument('<name>', 'who or what it is for; it stands in the history as the one who did it')
    .addOption(
      new Option(
        '--role <role>',
        'viewer sees, operator acts on nodes, admin also lets others in; machine takes slots and nothing else',
      )
        .choices(['viewer', 'operator', 'admin', 'machine'])
        .makeOptionMandatory(),
    )
    .option('--selector <selector>', 'only nodes that it matches: game=chess,env=prod')
    .addOption(expiryOption('90d'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  sluice tokens create pipeline --role operator --selector game=chess,env=prod --expires 30d',
    )
    .action((name: string, options: CreateOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { role, selector, expires, output } = options;
          const answer = await client.createToken({
            body: {
              name,
              role,
              ...(selector === undefined ? {} : { selector }),
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
          const scope = token.selector === null ? 'all nodes' : `nodes with ${token.selector}`;
          const end =
            token.expiresAt === null ? 'does not run out' : `runs out in ${untilInWords(token.expiresAt, Date.now())}`;
          printNote(terminal, `${token.name} (${token.id}): ${token.role} of ${scope}; ${end}. It is shown this once.`);
          printNote(terminal, `Use it as SLUICE_TOKEN; take it back with: sluice tokens revoke ${token.id}`);
          return exitCodes.done;
        }),
      ),
    );
}

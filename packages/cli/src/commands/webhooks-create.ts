/** `sluice webhooks create`: has events sent to an address. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { webhookEventsInWords } from '../output/webhook-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { kindsOf, type TargetOptions, withTargetOptions } from '../webhook-options.ts';

interface CreateOptions extends SettingFlags, TargetOptions {
  readonly output: Format;
}

export function webhooksCreateCommand(terminal: Terminal, finish: Finish): Command {
  const command = withTargetOptions(
    new Command('create')
      .summary('have events sent to an address')
      .description(
        'From now on events are sent to the address, as CloudEvents with a signature by Standard Webhooks. Shows the ' +
          'secret that the receiver checks signatures with, once.',
      )
      .argument('<url>', 'https://… or http://…; private addresses only where the server allows them')
      .option('--name <name>', 'what it is for (default: the host of the address)'),
  ).addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  sluice webhooks create https://hooks.example/sluice \\\n    --kind NodeDrained,OperationEnded --selector env=prod',
    )
    .action((url: string, options: CreateOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { name, kind, node, selector, output } = options;
          const answer = await client.createWebhook({
            body: {
              url,
              ...(name === undefined ? {} : { name }),
              ...(kind === undefined ? {} : { kinds: kindsOf(kind) }),
              ...(node === undefined ? {} : { nodeId: node }),
              ...(selector === undefined ? {} : { selector }),
            },
          });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { webhook, secret } = answer.value;
          if (output === 'json' || output === 'yaml') {
            terminal.stdout.write(renderDocument(output, answer.value));
            return exitCodes.done;
          }
          printLine(terminal, secret);
          if (output === 'name') return exitCodes.done;
          printNote(
            terminal,
            `${webhook.name} (${webhook.id}): ${webhookEventsInWords(webhook)}. The secret is shown this once.`,
          );
          printNote(terminal, `Give it to the receiver, then try it with: sluice webhooks test ${webhook.id}`);
          return exitCodes.done;
        }),
      ),
    );
}

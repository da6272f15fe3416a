/** `sluice webhooks update`: changes what is sent where, or stops and goes on with it. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine, printProblem } from '../output/print.ts';
import { webhookEventsInWords } from '../output/webhook-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { kindsOf, type TargetOptions, withTargetOptions } from '../webhook-options.ts';

/** What takes a filter away. */
const ALL = 'all';

interface UpdateOptions extends SettingFlags, TargetOptions {
  readonly to?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

export function webhooksUpdateCommand(terminal: Terminal, finish: Finish): Command {
  const command = withTargetOptions(
    new Command('update')
      .summary('change a webhook, disable or enable it')
      .description(
        'What is not given stays as it is. Nothing is sent while it is disabled; when it is enabled again it goes on ' +
          'where it was, with everything that happened since.',
      )
      .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'))
      .option('--name <name>', 'what it is for')
      .option('--to <url>', 'where to send events'),
  )
    .option('--disable', 'send nothing for now')
    .option('--enable', 'go on');
  return withConnectionOptions(command)
    .addHelpText('after', `\nThe value '${ALL}' takes a filter away: --kind ${ALL}, --node ${ALL}, --selector ${ALL}.`)
    .action((id: string, options: UpdateOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { name, to, kind, node, selector } = options;
          const enabled = options.enable === true ? true : options.disable === true ? false : undefined;
          const body = {
            ...(name === undefined ? {} : { name }),
            ...(to === undefined ? {} : { url: to }),
            ...(kind === undefined ? {} : { kinds: kind === ALL ? null : kindsOf(kind) }),
            ...(node === undefined ? {} : { nodeId: node === ALL ? null : node }),
            ...(selector === undefined ? {} : { selector: selector === ALL ? null : selector }),
            ...(enabled === undefined ? {} : { enabled }),
          };
          if (Object.keys(body).length === 0 || (options.enable === true && options.disable === true)) {
            printError(terminal, 'Nothing to change.', 'Say what to change, such as --disable; --help has all of it.');
            return exitCodes.wrongUsage;
          }
          const answer = await client.updateWebhook({ id, body });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const webhook = answer.value;
          const state = webhook.enabled ? webhookEventsInWords(webhook) : 'disabled';
          printLine(terminal, `${webhook.name} (${webhook.id}): ${state}`);
          return exitCodes.done;
        }),
      ),
    );
}

/** `sluice webhooks list`: where events are sent, and how that goes. */
import type { Webhook } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { writeItems } from '../output/write-items.ts';
import { webhookDeliveryInWords, webhookEventsInWords, webhookStatusCell } from '../output/webhook-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly output: Format;
}

export function webhooksListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list webhooks')
    .description('Where events are sent, which, and how their delivery goes. Never the secret.')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.listWebhooks();
        if (!answer.ok) return printProblem(terminal, answer.problem);
        writeItems(terminal, options.output, answer.value, {
          columns: columns(Date.now()),
          idOf: ({ id }) => id,
          whenEmpty: 'No webhooks. Make one with: sluice webhooks create URL',
        });
        return exitCodes.done;
      }),
    ),
  );
}

function columns(nowMs: number): readonly Column<Webhook>[] {
  return [
    { header: 'WEBHOOK', importance: Infinity, cell: ({ id }) => id },
    { header: 'NAME', importance: Infinity, widthMin: 10, cell: ({ name }) => name },
    { header: 'STATUS', importance: 100, cell: webhookStatusCell },
    { header: 'DEAD', importance: 90, cell: ({ delivery }) => String(delivery.deadLetters) },
    {
      header: 'DELIVERY',
      importance: 80,
      widthMin: 16,
      cell: (webhook) => webhookDeliveryInWords(webhook, nowMs) || '-',
    },
    { header: 'EVENTS', importance: 70, widthMin: 12, cell: webhookEventsInWords },
    { header: 'URL', importance: 60, widthMin: 16, cell: ({ url }) => url },
  ];
}

/** `sluice webhooks list`: where events are sent, and how that goes. */
import type { Webhook } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { type Column, renderTable } from '../output/table.ts';
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
        const { items } = answer.value;
        const { stdout, environment } = terminal;
        if (options.output === 'json' || options.output === 'yaml')
          stdout.write(renderDocument(options.output, answer.value));
        else if (options.output === 'name') for (const one of items) printLine(terminal, one.id);
        else if (items.length === 0) printNote(terminal, 'No webhooks. Make one with: sluice webhooks create URL');
        else {
          const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
          stdout.write(renderTable(columns(Date.now()), items, width, paintFor(stdout, environment)));
        }
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

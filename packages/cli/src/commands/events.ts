/** `sluice events`: follows what happens in the fleet, a line for each event. */
import type { ClientEvent, EventsItem } from '@sluice/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { eventLine } from '../output/event-line.ts';
import { formatOption, renderLine, type Format } from '../output/formats.ts';
import { printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface EventsOptions extends SettingFlags {
  readonly node?: string;
  readonly kind?: string;
  readonly after?: number;
  readonly output: Format;
}

export function eventsCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('events')
    .summary('follow what happens, live')
    .description(
      'Writes a line for each event, until Ctrl-C. A lost connection is taken up again where it broke, without a gap.\n' +
        'With -o json each line is the event as the API tells it.',
    )
    .addOption(completedFrom(new Option('--node <id>', 'only those of this node'), 'nodes'))
    .option('--kind <kinds>', 'only these kinds, separated by commas, such as NodeDrained,OperationEnded')
    .addOption(
      new Option(
        '--after <number>',
        'begin after the event with this number; 0: with the oldest kept (default: with the next)',
      ).argParser(sequence),
    )
    .addOption(formatOption(['table', 'json']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice events --node lobby-1 --after 0')
    .action((options: EventsOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { node, kind, after } = options;
          const stream = client.events({
            ...(node === undefined ? {} : { node }),
            ...(kind === undefined ? {} : { kinds: kind.split(',') }),
            ...(after === undefined ? {} : { after }),
          });
          const follower = { isReady: false, isInterrupted: false };
          for await (const item of stream) {
            if (item.kind === 'event') terminal.stdout.write(lineOf(terminal, item.event, options.output));
            else if (item.kind === 'refused') return printProblem(terminal, item.problem);
            else if (item.kind === 'interrupted' && !follower.isReady) return printProblem(terminal, item.problem);
            else tell(terminal, item, follower);
          }
          return exitCodes.done;
        }),
      ),
    );
}

/** What is no event goes to stderr, so that stdout holds nothing else. */
function tell(
  terminal: Terminal,
  item: Exclude<EventsItem, { readonly kind: 'event' | 'refused' }>,
  follower: { isReady: boolean; isInterrupted: boolean },
): void {
  switch (item.kind) {
    case 'ready':
      if (follower.isInterrupted) printNote(terminal, 'The server is back.');
      follower.isReady = true;
      follower.isInterrupted = false;
      return;
    case 'reset':
      printNote(terminal, `Events are missing here: the oldest that the server keeps is ${item.oldestSequence}.`);
      return;
    case 'interrupted':
      if (!follower.isInterrupted) printNote(terminal, `${item.problem.detail} Still trying; Ctrl-C ends it.`);
      follower.isInterrupted = true;
  }
}

function lineOf(terminal: Terminal, event: ClientEvent, format: Format): string {
  return format === 'json' ? renderLine(event) : eventLine(terminal, event, 'time');
}

function sequence(text: string): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Write the number of an event, or 0.');
}

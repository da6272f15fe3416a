/** `sluice with-slot`: takes a place in a budget, runs a command, gives the place back. */
import type { Client } from '@sluice/client';
import { SLOT_ID_LENGTH_MAX } from '@sluice/contract';
import { Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import { giveBack } from '../slots/give-back.ts';
import { takeLocalTurn } from '../slots/local-turn.ts';
import { runInForeground } from '../slots/run-command.ts';
import { howToRelease, type SlotRequest } from '../slots/slot-request.ts';
import { ownSlotId } from '../slots/slot-id.ts';
import { takeSlot } from '../slots/take-slot.ts';
import { pause, type Terminal } from '../terminal.ts';

const WAIT_DEFAULT_SECONDS = 3600;
const WAIT_MAX_SECONDS = 7 * 86_400;
const NEVER: AbortSignal = new AbortController().signal;

interface WithSlotOptions extends SettingFlags {
  readonly group: string;
  readonly id?: string;
  readonly wait: number;
  readonly keep?: boolean;
}

export function withSlotCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('with-slot')
    .summary('take a place in a budget, run a command, give it back')
    .description(
      'Waits until the budget has a place, holds it while the command runs, gives it back when that ends, and ends with the exit ' +
        'code of the command. If the id is that of a node, the node is drained first. No shell is involved; signals go to the command.',
    )
    .passThroughOptions()
    .addOption(
      completedFrom(
        new Option('--group <budget>', 'the budget in which to take a place'),
        'budgets',
      ).makeOptionMandatory(),
    )
    .addOption(
      completedFrom(
        new Option(
          '--id <id>',
          'who holds it: a node’s id, or any name (default: name of this machine and a hash of its id)',
        ),
        'nodes',
      ),
    )
    .addOption(
      new Option('--wait <duration>', 'how long to wait for a place; 0s asks once')
        .argParser(durationSeconds({ min: 0, max: WAIT_MAX_SECONDS }))
        .default(WAIT_DEFAULT_SECONDS, '1h'),
    )
    .option('--keep', 'keep the place when the command has succeeded, such as one that has the machine reboot')
    .argument('<program...>', 'after --: what to run, and its arguments');
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice with-slot --group web -- apt-get --yes dist-upgrade\n  sluice with-slot --group web --id web-3 --wait 4h --keep -- systemctl reboot',
    )
    .action((given: readonly string[], options: WithSlotOptions) => finish(withSlot(terminal, given, options)));
}

async function withSlot(terminal: Terminal, command: readonly string[], options: WithSlotOptions): Promise<number> {
  const { group, wait, keep = false } = options;
  const id = options.id ?? (await ownSlotId());
  if (id === null || id === '' || id.length > SLOT_ID_LENGTH_MAX) {
    printError(
      terminal,
      id === null ? 'Nothing tells this machine from others: it has no id and no name.' : 'That is no id.',
      'Say who holds the slot: --id NAME, one for each machine.',
    );
    return exitCodes.wrongUsage;
  }
  const untilMs = performance.now() + wait * 1000;
  const turn = await takeLocalTurn(`${group}/${id}`, {
    withinMs: wait * 1000,
    pause: (ms) => pause(ms, terminal.interrupt),
    isInterrupted: () => terminal.interrupt.aborted,
    waits: () => printNote(terminal, `Waiting: another program of this machine has the slot of ${id} in '${group}'.`),
  });
  if (turn === null) {
    if (terminal.interrupt.aborted) return exitCodes.interrupted;
    printError(terminal, 'Another program of this machine had the slot all the time.', 'Nothing was run. Try again.');
    return exitCodes.timedOut;
  }
  try {
    // Whoever ends this has the slot given back all the same.
    return await withClient({ ...terminal, interrupt: NEVER }, options, (client) =>
      holdWhile(terminal, client, { slot: { group, id }, untilMs, command, keep }),
    );
  } finally {
    turn.end();
  }
}

interface Work {
  readonly slot: SlotRequest;
  readonly untilMs: number;
  readonly command: readonly string[];
  readonly keep: boolean;
}

async function holdWhile(terminal: Terminal, client: Client, { slot, untilMs, command, keep }: Work): Promise<number> {
  const taken = await takeSlot(terminal, client, slot, untilMs);
  if (taken.kind !== 'held') {
    if (taken.mayBeHeld) await giveBack(terminal, client, slot, NEVER);
    if (taken.kind === 'interrupted') return exitCodes.interrupted;
    if (taken.kind === 'refused') return printProblem(terminal, taken.problem);
    printError(
      terminal,
      taken.problem.detail,
      'It did not come to it in time (--wait), and nothing was run. Try again.',
    );
    return exitCodes.timedOut;
  }
  const [program = ''] = command;
  if (taken.hasWaited) printNote(terminal, `The slot of ${slot.id} in '${slot.group}' is taken; running ${program}.`);
  const isOnTerminal = [terminal.stdin, terminal.stdout, terminal.stderr].some(
    (stream) => 'isTTY' in stream && stream.isTTY === true,
  );
  const ran = await terminal.withoutInterrupts(() => runInForeground(command, terminal.environment, isOnTerminal));
  if (ran.kind === 'not-started')
    printError(terminal, `${program} ${ran.why}.`, 'Correct the command; the slot is given back.');
  if (keep && ran.exitCode === 0) {
    printNote(terminal, `The slot is kept. Give it back with: ${howToRelease(slot)}`);
    return ran.exitCode;
  }
  const given = await giveBack(terminal, client, slot, terminal.interrupt);
  return ran.exitCode === 0 ? given : ran.exitCode;
}

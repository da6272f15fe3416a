/** The arguments and options that say what a rollout does: the same of `plan` and `start`. */
import {
  TIMEOUT_SECONDS_MAX,
  type CountOrPercent,
  type OnDeadline,
  type RolloutOrder,
  type RolloutWindow,
} from '@sluice/contract';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { completedByWord, completedFrom } from '../completion/value-source.ts';
import { countOrPercentFrom } from '../count-or-percent.ts';
import { durationSeconds } from '../duration.ts';
import { ORDERS, parseOrder } from './order-option.ts';
import { parseWindow } from './window-option.ts';

/** Bounds in seconds, as the API has them. */
const GRACE_SECONDS_MAX = 3600;
const HEALTH_SECONDS_MAX = 86_400;
const GATE_INTERVAL_SECONDS_MAX = 3600;
const STALL_SECONDS_MAX = 604_800;

const ROLLOUT_COMMANDS = ['restart', 'reboot', 'drain', 'undrain', 'run'] as const;

export interface SpecOptions {
  readonly selector?: string;
  readonly all?: true;
  readonly node?: readonly string[];
  readonly name?: string;
  readonly reason?: string;
  readonly order?: RolloutOrder;
  readonly maxUnavailable?: CountOrPercent;
  readonly drain?: boolean;
  readonly drainTimeout?: number;
  readonly onDeadline?: OnDeadline;
  /** Only `false` says something: it is the default to put nodes back. */
  readonly undrain: boolean;
  readonly grace?: number;
  readonly hold?: string;
  readonly healthyFor?: number;
  readonly healthyWithin?: number;
  readonly maxFailures?: CountOrPercent;
  readonly onFailures?: 'pause' | 'abort';
  readonly canary?: number;
  readonly window?: RolloutWindow;
  readonly offline?: 'skip' | 'wait';
  readonly includeNew?: true;
  readonly gate?: string;
  readonly gateEvery?: number;
  readonly gateFailures?: number;
  readonly stallAfter?: number;
  readonly file?: string;
}

export function withSpecOptions(command: Command): Command {
  const which = (option: Option) => command.addOption(option.helpGroup('Which nodes:'));
  const what = (option: Option) => command.addOption(option.helpGroup('What is done to each:'));
  const careful = (option: Option) => command.addOption(option.helpGroup('How careful:'));
  command
    .addArgument(new Argument('[command]', 'what is done to each node').choices(ROLLOUT_COMMANDS).argOptional())
    .addArgument(
      completedByWord(
        new Argument('[words...]', 'ids of nodes; after `run` the name of the command and key=value…'),
        ([name, ...words]) => (name !== 'run' ? 'nodes' : words.length === 0 ? 'commands' : []),
      ),
    );
  which(new Option('--selector <selector>', 'those that it matches at the start: key=value,key!=value,key in (a,b)'));
  which(new Option('--all', 'every node of the fleet: it must be said'));
  which(
    completedFrom(new Option('--node <id>', 'this one; may be given again, also after `run`'), 'nodes').argParser(
      (id: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), id],
    ),
  );
  which(
    completedFrom(
      new Option('--order <order>', 'zone (default), id, label:KEY, least-loaded, random').argParser(parseOrder),
      ORDERS,
    ),
  );
  which(new Option('--offline <act>', 'one that is offline at its turn').choices(['skip', 'wait']));
  which(new Option('--include-new', 'also those that join meanwhile and match; else they are only told'));

  what(new Option('--drain', 'drain it before (default of restart and reboot)'));
  what(new Option('--no-drain', 'do not: its sessions are cut'));
  what(duration('--drain-timeout', 'until the deadline of each drain', 1, TIMEOUT_SECONDS_MAX));
  what(new Option('--on-deadline <act>', 'what happens at that deadline').choices(['force', 'cancel', 'hold']));
  what(duration('--grace', 'restart: between SIGTERM and SIGKILL', 0, GRACE_SECONDS_MAX));
  what(new Option('--hold <name>', 'undrain: the hold that is released (default: operator)'));
  what(new Option('--no-undrain', 'leave it drained when its command has succeeded'));
  what(duration('--healthy-for', 'it is done once it was healthy for so long (default 10s)', 0, HEALTH_SECONDS_MAX));
  what(duration('--healthy-within', 'it has failed if it is not by then (default 10m)', 1, HEALTH_SECONDS_MAX));

  careful(
    new Option('--max-unavailable <count>', 'how many may be out at once: 3, 25% (default 1)').argParser(
      countOrPercentFrom(1),
    ),
  );
  careful(
    new Option('--max-failures <count>', 'stop when so many have failed: 3, 5% (default 1)').argParser(
      countOrPercentFrom(1),
    ),
  );
  careful(
    new Option('--on-failures <act>', 'stopping means: wait for somebody (default), or end').choices([
      'pause',
      'abort',
    ]),
  );
  careful(new Option('--canary <count>', 'wait for `approve` after so many nodes').argParser(count));
  careful(
    new Option('--window <text>', 'begin nodes only then: "mon-fri 02:00-05:00 Europe/Berlin"').argParser(parseWindow),
  );
  careful(new Option('--gate <url>', 'begin nodes only while this address answers with 2xx'));
  careful(duration('--gate-every', 'how often it is asked (default 10s)', 1, GATE_INTERVAL_SECONDS_MAX));
  careful(new Option('--gate-failures <count>', 'so many bad answers pause it (default 3)').argParser(count));
  careful(duration('--stall-after', 'pause when nothing could begin for so long (default 1h)', 1, STALL_SECONDS_MAX));
  return command
    .option('--name <name>', 'what it is for')
    .option('--reason <text>', 'why, for those who ask later')
    .option('--file <file>', 'YAML or JSON with all of it, as the API takes it; options go before what it says');
}

function duration(flag: string, description: string, min: number, max: number): Option {
  return new Option(`${flag} <duration>`, description).argParser(durationSeconds({ min, max }));
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 on.');
}

/** What drain, undrain and restart share: ask for each node, tell what was begun or, with --wait, what came of it. */
import type { Answer, Client } from '@sluice/client';
import type { Operation } from '@sluice/contract';
import { Option, type Command } from 'commander';
import { withClient } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import { quoteArgument } from '../quote-argument.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords } from '../waiting/operation-in-words.ts';
import { waitForOperations } from '../waiting/wait-for-operations.ts';

/** Seconds of the longest wait: as long as the longest deadline, and a day for what comes after. */
const WAIT_SECONDS_MAX = 8 * 86_400;

export interface ActOptions extends SettingFlags {
  readonly output: Format;
  readonly wait?: boolean;
  readonly waitTimeout?: number;
}

export function withActOptions(command: Command): Command {
  return command
    .option('--wait', 'wait until it has ended, showing how far it is; then the exit code tells what came of it')
    .addOption(waitTimeoutOption())
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
}

export function waitTimeoutOption(): Option {
  return new Option(
    '--wait-timeout <duration>',
    'stop waiting after this long, with exit code 6; it goes on nevertheless',
  ).argParser(durationSeconds({ min: 1, max: WAIT_SECONDS_MAX }));
}

/** Asks node after node, and reports each. Stops early only when the server cannot be reached or refuses the token. */
export function actOnNodes(
  terminal: Terminal,
  ids: readonly string[],
  options: ActOptions,
  ask: (client: Client, id: string) => Promise<Answer<Operation>>,
): Promise<ExitCode> {
  return withClient(terminal, options, async (client) => {
    const started: Operation[] = [];
    const codes: ExitCode[] = [];
    const isOne = new Set(ids).size === 1;
    for (const id of new Set(ids)) {
      const answer = await ask(client, id);
      if (answer.ok) {
        started.push(answer.value);
        if (options.output === 'table' && !options.wait)
          printLine(terminal, `${answer.value.nodeId}: ${begunInWords(answer.value)}`);
        continue;
      }
      const code = printProblem(terminal, answer.problem, isOne ? undefined : id);
      codes.push(code);
      if (code === exitCodes.unreachable || code === exitCodes.notAuthorised || code === exitCodes.interrupted) {
        if (!isOne) printNote(terminal, 'The nodes after it were not asked.');
        break;
      }
    }
    return finish(terminal, client, { started, codes, isOne }, options);
  });
}

async function finish(
  terminal: Terminal,
  client: Client,
  asked: { readonly started: readonly Operation[]; readonly codes: readonly ExitCode[]; readonly isOne: boolean },
  options: ActOptions,
): Promise<ExitCode> {
  let operations = asked.started;
  const codes = [...asked.codes];
  if (options.wait && operations.length > 0) {
    const end = await waitForOperations(terminal, client, operations, {
      timeoutSeconds: options.waitTimeout ?? null,
      howToCancel: ({ id, command, nodeId }) =>
        command === 'drain' ? `sluice nodes undrain ${quoteArgument(nodeId)}` : `sluice operations cancel ${id}`,
    });
    operations = end.operations;
    codes.push(end.exitCode);
    if (options.output === 'table') {
      for (const one of operations.filter(hasEnded)) printLine(terminal, `${one.nodeId}: ${outcomeInWords(one)}`);
    }
  } else {
    codes.push(...operations.map((one) => (one.status === 'failed' ? exitCodes.failed : exitCodes.done)));
  }
  printOperations(terminal, operations, options.output, asked.isOne);
  return firstFailure(codes);
}

function printOperations(terminal: Terminal, operations: readonly Operation[], format: Format, isOne: boolean): void {
  if (format === 'name') for (const one of operations) printLine(terminal, one.id);
  if (format !== 'json' && format !== 'yaml') return;
  const [first] = operations;
  if (!isOne) terminal.stdout.write(renderDocument(format, { items: operations }));
  else if (first !== undefined) terminal.stdout.write(renderDocument(format, first));
}

function begunInWords(operation: Operation): string {
  if (hasEnded(operation)) return outcomeInWords(operation);
  // An undrain's deadline is only until when its agent must have answered, which tells a person nothing.
  const deadline =
    operation.deadlineAt === null || operation.command === 'undrain'
      ? ''
      : `, deadline in ${untilInWords(operation.deadlineAt, Date.now())}`;
  const state = operation.status === 'queued' ? `queued (${operation.phase ?? 'waiting for its agent'})` : 'begun';
  return `${operation.command} ${state}${deadline}; follow it: sluice operations watch ${operation.id}`;
}

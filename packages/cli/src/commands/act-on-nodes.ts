/** What drain, undrain, restart and reboot share: ask for all nodes, tell what was begun or, with --wait, what came of it. */
import { type Client, readProblem } from '@sluice/client';
import { NODES_PER_REQUEST_MAX, type Operation } from '@sluice/contract';
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

/** What is asked of each node: a command's name, and its parameters as the API takes them. */
export interface Act {
  readonly name: 'drain' | 'undrain' | 'restart' | 'reboot';
  readonly params: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Asks so many nodes at once as one request takes, and reports each. Stops early only when a request itself fails. */
export function actOnNodes(
  terminal: Terminal,
  ids: readonly string[],
  options: ActOptions,
  act: Act,
): Promise<ExitCode> {
  return withClient(terminal, options, async (client) => {
    const started: Operation[] = [];
    const codes: ExitCode[] = [];
    const left = [...new Set(ids)];
    const isOne = left.length === 1;
    const { reason, ...params } = definedOf(act.params);
    while (left.length > 0) {
      const nodeIds = left.splice(0, NODES_PER_REQUEST_MAX);
      const body = { nodeIds, params, ...(reason === undefined ? {} : { reason: String(reason) }) };
      const answer = await client.runOnNodes({ name: act.name, body });
      if (!answer.ok) {
        codes.push(printProblem(terminal, answer.problem));
        if (left.length > 0) printNote(terminal, `${left.length} more nodes were not asked.`);
        break;
      }
      for (const { nodeId, operation, problem } of answer.value.items) {
        const read = problem === null ? null : readProblem(problem, problem.status);
        if (read !== null) codes.push(printProblem(terminal, read, isOne ? undefined : nodeId));
        if (operation === null) continue;
        started.push(operation);
        if (options.output === 'table' && !options.wait)
          printLine(terminal, `${operation.nodeId}: ${begunInWords(operation)}`);
      }
    }
    return finish(terminal, client, { started, codes, isOne }, options);
  });
}

function definedOf(params: Act['params']): Readonly<Record<string, string | number | boolean>> {
  const isGiven = (entry: [string, unknown]): entry is [string, string | number | boolean] => entry[1] !== undefined;
  return Object.fromEntries(Object.entries(params).filter(isGiven));
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

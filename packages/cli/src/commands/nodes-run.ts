/** `sluice nodes run`: runs a command that the node's agent declares, and prints its output. */
import type { Client } from '@sluice/client';
import type { Operation } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import { quoteArgument } from '../quote-argument.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, isDeclared, outcomeInWords } from '../waiting/operation-in-words.ts';
import { waitForOperations } from '../waiting/wait-for-operations.ts';
import { waitTimeoutOption } from './act-on-nodes.ts';
import { readParameterValues } from './parameter-values.ts';

interface RunOptions extends SettingFlags {
  readonly output: Format;
  readonly wait: boolean;
  readonly waitTimeout?: number;
  readonly reason?: string;
  readonly force?: boolean;
}

export function nodesRunCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('run')
    .summary("run a command that the node's agent declares")
    .description(
      "Runs it at most once, waits for its end and prints its output. The command's own failure is exit code 1.",
    )
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
    .addArgument(completedFrom(new Argument('<command>', 'name of the command'), 'commands'))
    .argument('[key=value...]', 'its parameters')
    .option('--no-wait', 'return as soon as it is asked for')
    .addOption(waitTimeoutOption())
    .option(
      '--force',
      'a disruptive command: also while the workload is locked, without waiting for a running drain, and (with --reason) where a budget has no place left',
    )
    .option('--reason <text>', 'why, for those who ask later')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes run lobby-1 reload level=soft')
    .action((id: string, name: string, pairs: string[], options: RunOptions) =>
      finish(withClient(terminal, options, (client) => run(terminal, client, { id, name, pairs }, options))),
    );
}

async function run(
  terminal: Terminal,
  client: Client,
  { id, name, pairs }: { readonly id: string; readonly name: string; readonly pairs: readonly string[] },
  options: RunOptions,
): Promise<ExitCode> {
  const catalogue = await client.listCommands({ query: { node: id } });
  if (!catalogue.ok) return printProblem(terminal, catalogue.problem);
  const declared = catalogue.value.items.find((item) => item.name === name);
  if (declared === undefined) {
    const names = catalogue.value.items.map((item) => item.name).join(', ');
    printError(
      terminal,
      `The node ${id} has no command '${name}'.`,
      `It has: ${names}. See \`sluice nodes commands ${quoteArgument(id)}\`.`,
    );
    return exitCodes.notFound;
  }
  const parameters = readParameterValues(pairs, declared.parameters);
  if (!parameters.ok) {
    printError(terminal, parameters.detail, `See its parameters with \`sluice nodes commands ${quoteArgument(id)}\`.`);
    return exitCodes.wrongUsage;
  }
  const answer = await client.runCommand({
    id,
    name,
    body: {
      ...(pairs.length === 0 ? {} : { params: parameters.values }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...(options.force === undefined ? {} : { force: options.force }),
    },
  });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  const end = options.wait
    ? await waitForOperations(terminal, client, [answer.value], {
        timeoutSeconds: options.waitTimeout ?? null,
        howToCancel: ({ id: operationId }) => `sluice operations cancel ${operationId}`,
        showsOutput: options.output === 'table' && isDeclared(answer.value),
      })
    : { operations: [answer.value], exitCode: exitCodes.done };
  for (const operation of end.operations) print(terminal, operation, options.output);
  return end.exitCode;
}

/** The output has gone to stdout as it came; what came of it goes to stderr, so that the output can be piped. */
function print(terminal: Terminal, operation: Operation, format: Format): void {
  if (format === 'json' || format === 'yaml') terminal.stdout.write(renderDocument(format, operation));
  else if (format === 'name') printLine(terminal, operation.id);
  else {
    if (hasEnded(operation)) printNote(terminal, `${operation.nodeId}: ${outcomeInWords(operation)}`);
    else
      printNote(
        terminal,
        `${operation.nodeId}: ${operation.command} ${operation.status}; follow it: sluice operations watch ${operation.id}`,
      );
  }
}

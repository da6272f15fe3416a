/** `sluice audit verify`: whether the history is whole, from the server or from an export. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { readChainFile } from '../audit/chain-file.ts';
import { type ChainItem, chainOf } from '../audit/chain-pages.ts';
import type { Head } from '../audit/verify-chain.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface VerifyOptions extends SettingFlags {
  readonly expect?: Head;
}

const WHAT_TO_DO =
  'Keep the database as it is for those who look into it, compare it with a backup or an export, and see who could write to it.';

export function auditVerifyCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('verify')
    .summary('check that nothing of the history was changed or removed')
    .description(
      'Each event carries the hash of the one before it. Finds the first that was changed, is missing or was slipped in. Keep\n' +
        'the head that it prints elsewhere: with --expect the next run proves that it is still part of the chain, which a\n' +
        'chain that was written anew as a whole, or cut off at its end, is not.',
    )
    .argument('[file]', 'an export instead of the server')
    .addOption(new Option('--expect <head>', 'a head of before: SEQUENCE:HASH').argParser(head));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice audit verify --expect 41210:9f86d081884c7d65…')
    .action((file: string | undefined, options: VerifyOptions) =>
      finish(
        file === undefined
          ? withClient(terminal, options, (client) => verify(terminal, chainOf(client, null), options.expect ?? null))
          : verifyFile(terminal, file, options.expect ?? null),
      ),
    );
}

async function verifyFile(terminal: Terminal, file: string, expected: Head | null): Promise<ExitCode> {
  try {
    return await verify(terminal, readChainFile(file, terminal.interrupt), expected);
  } catch (error) {
    printError(
      terminal,
      error instanceof Error ? error.message : String(error),
      'Export it again: sluice audit export FILE',
    );
    return exitCodes.failed;
  }
}

async function verify(terminal: Terminal, items: AsyncIterable<ChainItem>, expected: Head | null): Promise<ExitCode> {
  // The hash is the server's: no other command need wait until all of it is loaded.
  const { ChainVerifier } = await import('../audit/verify-chain.ts');
  const verifier = new ChainVerifier(expected);
  let end: Head | null = null;
  for await (const item of items) {
    if (item.kind === 'refused') return printProblem(terminal, item.problem);
    const fault = item.kind === 'event' ? verifier.add(item.event) : verifier.end(item.head, item.after);
    if (fault !== null) {
      printError(terminal, `Event ${fault.sequence} ${fault.what}.`, WHAT_TO_DO);
      return exitCodes.failed;
    }
    if (item.kind === 'head') end = item.head;
  }
  if (end === null) {
    printError(terminal, 'The export has no last line that names the head: it was cut off.', WHAT_TO_DO);
    return exitCodes.failed;
  }
  const { events, unvouched } = verifier.counts;
  printLine(terminal, `${end.sequence}:${end.hash ?? 'none'}`);
  printNote(terminal, `${events} events are whole. Keep this head elsewhere, and give it to --expect the next time.`);
  if (unvouched > 0)
    printNote(terminal, `${unvouched} of them are from before there were hashes: nothing vouches for those.`);
  return exitCodes.done;
}

function head(text: string): Head {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/u.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new InvalidArgumentError('Write it as `sluice audit verify` printed it: SEQUENCE:HASH.');
  return { sequence: Number(sequence), hash };
}

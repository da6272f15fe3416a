/** Runs one command line from its arguments to its exit code. */
import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { printError } from './output/print.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** commander's codes for 'help or version was shown', which is no mistake. */
const SHOWN_CODES: ReadonlySet<string> = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/** Does what the arguments (without `node` and the script) say. Never rejects: a fault of our own is exit code 1. */
export async function runCommandLine(argumentsGiven: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = createProgram(terminal, async (work) => {
    exitCode = await work;
  });
  try {
    await program.parseAsync(argumentsGiven.length === 0 ? ['--help'] : [...argumentsGiven], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return SHOWN_CODES.has(error.code) ? exitCodes.done : exitCodes.wrongUsage;
    const isDebug = terminal.environment['SLUICE_LOG_LEVEL'] === 'debug';
    printError(
      terminal,
      error instanceof Error ? `${error.message}${causeInWords(error)}` : String(error),
      isDebug ? 'The trace follows.' : 'This should not happen. SLUICE_LOG_LEVEL=debug shows where; please report it.',
    );
    if (isDebug && error instanceof Error) terminal.stderr.write(`${error.stack ?? ''}\n`);
    return exitCodes.failed;
  }
}

function causeInWords(error: Error): string {
  return error.cause instanceof Error ? `: ${error.cause.message}` : '';
}

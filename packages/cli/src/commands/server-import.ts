/** `sluice server import`: fills an empty store from an export. */
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import {
  orInterrupted,
  printRefusal,
  rowsInWords,
  storeFlagsOf,
  tookInWords,
  withStore,
  withStoreOptions,
} from './server-store.ts';

export function serverImportCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('import')
    .summary('fill an empty store from an export')
    .description(
      'Reads a file of `sluice server export` into a store that no server has used yet: a new data directory, or a new database.\n' +
        'Everything is imported in one transaction, or nothing.',
    )
    .argument('<file>', 'the export');
  return withStoreOptions(command)
    .addHelpText('after', '\nExample:\n  SLUICE_DATABASE_URL=postgres://… sluice server import sluice.jsonl')
    .action((file: string) =>
      finish(
        withStore(terminal, storeFlagsOf(command), (location) =>
          orInterrupted(terminal, async () => {
            const { importStore } = await import('@sluice/server');
            const beganAt = performance.now();
            const made = await importStore({ location, file, signal: terminal.interrupt });
            if (!made.ok) return printRefusal(terminal, made);
            const into = location.kind === 'sqlite' ? location.dataDirectory : 'the database';
            const took = tookInWords(performance.now() - beganAt);
            printLine(terminal, `Imported into ${into}: ${rowsInWords(made.rows)}, in ${took}.`);
            printLine(terminal, 'Start the server on it. The tokens are those of before.');
            return exitCodes.done;
          }),
        ),
      ),
    );
}

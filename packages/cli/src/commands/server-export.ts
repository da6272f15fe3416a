/** `sluice server export`: a whole store as a file that every store can import. */
import { bytesInWords } from '@sluice/core';
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

interface ExportOptions {
  readonly force?: boolean;
}

export function serverExportCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('export')
    .summary('write the whole store into a file')
    .description(
      'Writes everything that a store holds, as it is at one moment, as lines of JSON that `sluice server import` reads, into\n' +
        'SQLite or PostgreSQL. A server may run meanwhile; what is changed after the export is not in it, so stop the server\n' +
        'first when you move to another store. The file holds the hashes of tokens.',
    )
    .argument('<file>', 'the export')
    .option('--force', 'replace the file when it is there');
  return withStoreOptions(command)
    .addHelpText('after', '\nExample:\n  sluice server export sluice.jsonl --data /var/lib/sluice')
    .action((file: string, { force }: ExportOptions) =>
      finish(
        withStore(terminal, storeFlagsOf(command), (location) =>
          orInterrupted(terminal, async () => {
            const { exportStore } = await import('@sluice/server');
            const beganAt = performance.now();
            const made = await exportStore({ location, file, overwrite: force ?? false, signal: terminal.interrupt });
            if (!made.ok) return printRefusal(terminal, made);
            const took = tookInWords(performance.now() - beganAt);
            printLine(terminal, `${file}: ${rowsInWords(made.rows)}; ${bytesInWords(made.bytes)}, in ${took}.`);
            return exitCodes.done;
          }),
        ),
      ),
    );
}

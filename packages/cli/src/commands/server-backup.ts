/** `sluice server backup`: a copy of the SQLite database, also while the server runs. */
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
  withDataDirectory,
  withDataOptions,
} from './server-store.ts';

interface BackupOptions {
  readonly force?: boolean;
}

export function serverBackupCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('backup')
    .summary('copy the database, also while the server runs')
    .description(
      'Writes a copy of one moment, checks that it is whole, and only then gives it its name. Run it on the machine of the\n' +
        'server, as its user. The copy holds everything, also the hashes of tokens: keep it as you keep the data directory.',
    )
    .argument('<file>', 'the backup')
    .option('--force', 'replace the file when it is there');
  return withDataOptions(command)
    .addHelpText('after', '\nExample:\n  sluice server backup /backup/sluice-$(date +%F).db --data /var/lib/sluice')
    .action((file: string, { force }: BackupOptions) =>
      finish(
        withDataDirectory(terminal, storeFlagsOf(command), (dataDirectory) =>
          orInterrupted(terminal, async () => {
            const { backUpStore } = await import('@sluice/server');
            const beganAt = performance.now();
            const made = await backUpStore({
              dataDirectory,
              file,
              overwrite: force ?? false,
              signal: terminal.interrupt,
            });
            if (!made.ok) return printRefusal(terminal, made);
            const { nodes, operations, events, bytes } = made;
            const took = tookInWords(performance.now() - beganAt);
            printLine(
              terminal,
              `${file}: ${rowsInWords({ nodes, operations, events })}; ${bytesInWords(bytes)}, in ${took}.`,
            );
            return exitCodes.done;
          }),
        ),
      ),
    );
}

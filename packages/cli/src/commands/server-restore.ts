/** `sluice server restore`: a backup in the place of the database. */
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
  withDataDirectory,
  withDataOptions,
} from './server-store.ts';

/** What a person must know before they start the server again; docs/backup.md says it at length. */
const WHAT_HAPPENS_NEXT = [
  '',
  'Start the server. Then:',
  '  - An agent that was told of a newer drain or undrain than the backup knows teaches it to the server when it comes back;',
  "    the node's history names it as AvailabilityRecovered. Drains of nodes whose agents were away are lost.",
  '  - Metadata and tokens are those of the backup: make again what was made since, and revoke again what was revoked since.',
  '  - Acts (restarts, commands) since the backup are missing in the history, whatever came of them. Agents know those they',
  '    took and do none of them twice; but the Idempotency-Keys since are unknown, so a client that repeats a request is obeyed.',
];

export function serverRestoreCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('restore')
    .summary('put a backup in the place of the database')
    .description(
      'Stop the server first. The backup is checked before anything is replaced; the database that was there is kept beside\n' +
        'the restored one, under a name with the time, and can be restored the same way.',
    )
    .argument('<file>', 'a file that `sluice server backup` made');
  return withDataOptions(command)
    .addHelpText('after', '\nExample:\n  sluice server restore /backup/sluice-2026-11-23.db --data /var/lib/sluice')
    .action((file: string) =>
      finish(
        withDataDirectory(terminal, storeFlagsOf(command), (dataDirectory) =>
          orInterrupted(terminal, async () => {
            const { restoreStore } = await import('@sluice/server');
            const restored = await restoreStore({ dataDirectory, file, signal: terminal.interrupt });
            if (!restored.ok) return printRefusal(terminal, restored);
            const { nodes, operations, events, bytes, keptAs } = restored;
            printLine(
              terminal,
              `Restored into ${dataDirectory}: ${rowsInWords({ nodes, operations, events })}; ${bytesInWords(bytes)}.`,
            );
            if (keptAs !== null) printLine(terminal, `What was there before is ${keptAs}.`);
            for (const line of WHAT_HAPPENS_NEXT) printLine(terminal, line);
            return exitCodes.done;
          }),
        ),
      ),
    );
}

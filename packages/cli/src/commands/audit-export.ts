/** `sluice audit export`: the whole history as JSON lines, which can be verified without the server. */
import { open, rename, rm } from 'node:fs/promises';
import type { Client } from '@sluice/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { lineOfChain } from '../audit/chain-file.ts';
import { chainOf } from '../audit/chain-pages.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ExportOptions extends SettingFlags {
  readonly after?: number;
}

export function auditExportCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('export')
    .summary('write the whole history as JSON lines')
    .description(
      'One event a line, with the hash of the one before it, and a last line that names the head. `sluice audit verify FILE`\n' +
        'checks it without the server. A file is written whole or not at all, and only you can read it.',
    )
    .argument('[file]', 'where to (default: stdout)')
    .addOption(new Option('--after <sequence>', 'only what comes after this event').argParser(sequence));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice audit export audit-2026-11.jsonl')
    .action((file: string | undefined, options: ExportOptions) =>
      finish(
        withClient(terminal, options, (client) =>
          file === undefined
            ? write(terminal, client, options.after ?? null, async (line) => {
                if (!terminal.stdout.write(line))
                  await new Promise((resolve) => terminal.stdout.once('drain', resolve));
              })
            : writeFile(terminal, client, options.after ?? null, file),
        ),
      ),
    );
}

async function write(
  terminal: Terminal,
  client: Client,
  after: number | null,
  put: (line: string) => Promise<unknown>,
): Promise<ExitCode> {
  for await (const item of chainOf(client, after)) {
    if (item.kind === 'refused') return printProblem(terminal, item.problem);
    await put(lineOfChain(item));
    if (item.kind === 'head') printNote(terminal, `Up to event ${item.head.sequence}.`);
  }
  return exitCodes.done;
}

async function writeFile(terminal: Terminal, client: Client, after: number | null, file: string): Promise<ExitCode> {
  const unfinished = `${file}.unfinished`;
  try {
    const handle = await open(unfinished, 'w', 0o600);
    let code: ExitCode;
    try {
      code = await write(terminal, client, after, (line) => handle.write(line));
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (code === exitCodes.done) await rename(unfinished, file);
    else await rm(unfinished, { force: true });
    return code;
  } catch (error) {
    await rm(unfinished, { force: true });
    printError(
      terminal,
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'Name another file.',
    );
    return exitCodes.failed;
  }
}

function sequence(text: string): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Write the sequence number of an event.');
}

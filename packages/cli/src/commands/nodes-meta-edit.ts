/** `sluice nodes meta edit`: the metadata of a node in the user's editor, written back only if nobody else changed it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client } from '@sluice/client';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { renderMetadata } from '../output/metadata-text.ts';
import { printError, printLine, printProblem } from '../output/print.ts';
import { quoteArgument } from '../quote-argument.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { parseJsonText } from './json-argument.ts';

export function nodesMetaEditCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('edit')
    .summary('change the metadata of a node in your editor')
    .description(
      'Opens the metadata in $VISUAL, $EDITOR or vi. Unchanged: nothing is written. Changed by somebody else meanwhile: your text is kept.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  EDITOR=nano sluice nodes meta edit lobby-1')
    .action((id: string, options: SettingFlags) =>
      finish(terminal.withoutInterrupts(() => withClient(terminal, options, (client) => edit(terminal, client, id)))),
    );
}

async function edit(terminal: Terminal, client: Client, id: string): Promise<ExitCode> {
  const current = await client.getMetadata({ id });
  if (!current.ok) return printProblem(terminal, current.problem);
  // A directory made by mkdtemp is the user's alone, and so is the file.
  const path = join(await mkdtemp(join(tmpdir(), 'sluice-edit-')), 'metadata.json');
  const before = renderMetadata('json', current.text);
  await writeFile(path, before, { mode: 0o600 });

  const fault = await openEditor(terminal, path);
  if (fault !== null) {
    await rm(dirname(path), { recursive: true });
    printError(terminal, `${fault} Nothing was changed.`, 'Set EDITOR to your editor, such as EDITOR=nano.');
    return exitCodes.failed;
  }
  const after = await readFile(path, 'utf8');
  const again = `sluice nodes meta set ${quoteArgument(id)} @${path}`;
  if (after === before) {
    await rm(dirname(path), { recursive: true });
    printLine(terminal, `${id}: metadata unchanged`);
    return exitCodes.done;
  }
  const json = parseJsonText(after, path);
  if (!json.ok) {
    printError(terminal, `${json.detail} Nothing was changed.`, `Your text is kept. Correct it, then: ${again}`);
    return exitCodes.wrongUsage;
  }
  const answer = await client.replaceMetadata({
    id,
    bodyText: `{"meta":${json.text}}`,
    ...(current.etag === null ? {} : { ifMatch: current.etag }),
  });
  if (!answer.ok) {
    const code = printProblem(terminal, answer.problem);
    printError(
      terminal,
      `The metadata was not changed; your text is kept in ${path}.`,
      `Compare it with what is there now, then: ${again}`,
    );
    return code;
  }
  await rm(dirname(path), { recursive: true });
  printLine(terminal, `${id}: metadata replaced${answer.etag === null ? '' : `; ETag ${answer.etag}`}`);
  return exitCodes.done;
}

/** Opens the file in the user's editor and waits for its end. Gives what went wrong, as a sentence, or `null`. */
function openEditor({ environment }: Terminal, path: string): Promise<string | null> {
  // As in git, the setting may hold arguments (`code --wait`); no shell reads it.
  const [command = 'vi', ...given] = (environment['VISUAL'] || environment['EDITOR'] || 'vi')
    .split(' ')
    .filter(Boolean);
  return new Promise((resolve) => {
    const editor = spawn(command, [...given, path], { stdio: 'inherit' });
    editor.once('error', () => resolve(`The editor '${command}' cannot be started.`));
    editor.once('exit', (code) => resolve(code === 0 ? null : `The editor '${command}' ended with exit code ${code}.`));
  });
}

/** What acts on several operations or rollouts share: ask for each, and tell what came of it. */
import type { Answer, Client } from '@sluice/client';
import { withClient } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import { renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export interface ActOnEachOptions extends SettingFlags {
  readonly output: Format;
}

/** Asks one after the other. Stops early only when the server cannot be reached or refuses the token. */
export function actOnEach<Item extends { readonly id: string }>(
  terminal: Terminal,
  ids: readonly string[],
  options: ActOnEachOptions,
  ask: (client: Client, id: string) => Promise<Answer<Item>>,
  inWords: (item: Item) => string,
): Promise<ExitCode> {
  return withClient(terminal, options, async (client) => {
    const items: Item[] = [];
    const codes: ExitCode[] = [];
    const isOne = new Set(ids).size === 1;
    for (const id of new Set(ids)) {
      const answer = await ask(client, id);
      if (answer.ok) {
        items.push(answer.value);
        if (options.output === 'table') printLine(terminal, inWords(answer.value));
        else if (options.output === 'name') printLine(terminal, answer.value.id);
        continue;
      }
      const code = printProblem(terminal, answer.problem, isOne ? undefined : id);
      codes.push(code);
      if (code === exitCodes.unreachable || code === exitCodes.notAuthorised || code === exitCodes.interrupted) {
        if (!isOne) printNote(terminal, 'Those after it were not asked for.');
        break;
      }
    }
    if (options.output === 'json' || options.output === 'yaml') {
      const [first] = items;
      if (!isOne) terminal.stdout.write(renderDocument(options.output, { items }));
      else if (first !== undefined) terminal.stdout.write(renderDocument(options.output, first));
    }
    return firstFailure(codes);
  });
}

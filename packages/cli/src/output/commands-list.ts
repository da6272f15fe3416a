/** What nodes can be told to do, as a list for people: each command with its parameters below it, wrapped to the terminal. */
import type { NodeCommand } from '@sluice/contract';
import type { Paint } from './colour.ts';
import { printable } from './printable.ts';
import { parametersInWords } from './schema-in-words.ts';
import { wrapWords } from './wrap.ts';

const INDENT = '  ';

/** @param columns How wide the terminal is; `null`: nothing is wrapped. */
export function renderCommands(commands: readonly NodeCommand[], columns: number | null, paint: Paint): string {
  const width = columns === null ? null : columns - INDENT.length;
  return commands
    .map((command) => {
      const types = command.nodeTypes.length === 0 ? 'no node yet' : command.nodeTypes.join(', ');
      const from = command.builtIn ? 'every node' : `declared by ${types}`;
      const title = `${paint(printable(command.name), 'bold')}  ${paint(printable(from), 'grey')}`;
      const words = parametersInWords(command.parameters);
      const body = [
        ...wrapWords(printable(command.description).split(' '), width),
        ...wrapWords(
          words.map((word) => printable(word)),
          width,
        ),
      ];
      return [title, ...body.map((line) => `${INDENT}${line}`)].map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

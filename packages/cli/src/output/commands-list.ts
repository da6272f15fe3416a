/** What nodes can be told to do, as a list for people: each command with its parameters below it, wrapped to the terminal. */
import type { NodeCommand } from '@sluice/contract';
import type { Paint } from './colour.ts';
import { displayWidth } from './display-width.ts';
import { printable } from './printable.ts';
import { parametersInWords } from './schema-in-words.ts';

const INDENT = '  ';

/** @param columns How wide the terminal is; `null`: nothing is wrapped. */
export function renderCommands(commands: readonly NodeCommand[], columns: number | null, paint: Paint): string {
  return commands
    .map((command) => {
      const types = command.nodeTypes.length === 0 ? 'no node yet' : command.nodeTypes.join(', ');
      const from = command.builtIn ? 'every node' : `declared by ${types}`;
      const title = `${paint(printable(command.name), 'bold')}  ${paint(printable(from), 'grey')}`;
      const words = parametersInWords(command.parameters);
      const body = [
        ...wrap(printable(command.description).split(' '), columns),
        ...wrap(
          words.map((word) => printable(word)),
          columns,
        ),
      ];
      return [title, ...body.map((line) => `${INDENT}${line}`)].map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

/** Fills lines with whole words. */
function wrap(words: readonly string[], columns: number | null): readonly string[] {
  const width = columns === null ? Number.POSITIVE_INFINITY : columns - INDENT.length;
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

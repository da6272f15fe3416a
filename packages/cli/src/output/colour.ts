/** Colours, where they are wanted. They only underline what a word or a symbol says already. */
import type { OutputStream, Terminal } from '../terminal.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'grey' | 'bold';

const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [36, 39],
  grey: [90, 39],
  bold: [1, 22],
};

export type Paint = (text: string, colour: Colour) => string;

/** Paints for a stream: only on a terminal that is not `dumb`, and never with NO_COLOR (https://no-color.org). */
export function paintFor(stream: OutputStream, environment: Terminal['environment']): Paint {
  const isColoured = stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return (text, colour) => (isColoured ? `\u001b[${CODES[colour][0]}m${text}\u001b[${CODES[colour][1]}m` : text);
}

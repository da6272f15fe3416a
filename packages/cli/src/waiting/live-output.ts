/** Prints a command's output while it grows, of which the server keeps only the end: each line once, and no half ones. */
import { printable } from '../output/printable.ts';

/** Characters at the beginning of an output by which the place where it was cut is found in what was printed before. */
const OVERLAP_LENGTH_MIN = 16;

export interface LiveOutput {
  /** The output as it is now. Its last line is kept back until it is whole. */
  show(output: string): void;
  /** The whole output, as it was at the end. */
  finish(output: string): void;
}

export function createLiveOutput(write: (text: string) => void): LiveOutput {
  let shown = '';
  const print = (output: string) => {
    // Less than before: a server that was restarted knows nothing until the agent tells it again.
    if (shown.startsWith(output)) return;
    const { news, isCut } = newPartOf(output, shown);
    shown = output;
    write(`${isCut ? '… (what came in between is not kept)\n' : ''}${printable(news, 'line-breaks')}`);
  };
  return {
    show: (output) => print(output.slice(0, output.lastIndexOf('\n') + 1)),
    finish: (output) => print(output === '' || output.endsWith('\n') ? output : `${output}\n`),
  };
}

/** What `output` has beyond `shown`, which is an earlier end of the same output. */
function newPartOf(output: string, shown: string): { readonly news: string; readonly isCut: boolean } {
  if (output.startsWith(shown)) return { news: output.slice(shown.length), isCut: false };
  const beginning = output.slice(0, OVERLAP_LENGTH_MIN);
  for (let at = shown.indexOf(beginning); at !== -1; at = shown.indexOf(beginning, at + 1)) {
    const common = shown.length - at;
    if (shown.endsWith(output.slice(0, common))) return { news: output.slice(common), isCut: false };
  }
  return { news: output, isCut: true };
}

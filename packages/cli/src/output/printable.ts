/** Makes text from elsewhere safe to print: a node's name or a command's output must not steer the terminal. */

// eslint-disable-next-line no-control-regex -- terminal escape sequences are what is removed here
const ESCAPE_SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/gu;
/** Control characters, and those that turn the reading direction or end a line in another way. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** The text without terminal control: escape sequences are dropped, other control characters become a middle dot. */
export function printable(text: string, keep: 'line-breaks' | 'one-line' = 'one-line'): string {
  const plain = text.replaceAll(ESCAPE_SEQUENCES, '');
  return keep === 'line-breaks'
    ? plain
        .replaceAll('\r\n', '\n')
        .replaceAll(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : '·'))
    : inOneLine(plain).replaceAll(UNSEEN, '·');
}

/** Line breaks and the white space around them become one space. */
function inOneLine(text: string): string {
  const lines = text.split(/[\r\n]+/u);
  return lines
    .map((line, index) => (index === 0 ? line : line.trimStart()))
    .map((line, index) => (index === lines.length - 1 ? line : line.trimEnd()))
    .join(' ');
}

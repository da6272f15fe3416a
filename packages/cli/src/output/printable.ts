/** Makes text from elsewhere safe to print: a node's name or a command's output must not steer the terminal. */

/** The text without terminal control: escape sequences are dropped, other control characters become a middle dot. */
export function printable(text: string, keep: 'line-breaks' | 'one-line' = 'one-line'): string {
  // eslint-disable-next-line no-control-regex -- terminal escape sequences are what is removed here
  const plain = text.replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/gu, '');
  return keep === 'line-breaks'
    ? // eslint-disable-next-line no-control-regex -- see above
      plain.replaceAll('\r\n', '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu, '·')
    : plain.replaceAll(/\s*[\r\n]+\s*/gu, ' ').replaceAll(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '·');
}

/** Makes JSON show what it says: nothing in it steers a terminal, ends a line, or turns the reading direction. */

/**
 * What JSON leaves as it is inside a text: DEL and the C1 controls (one of them begins escape sequences), the other line ends of
 * Unicode, the marks that turn the reading direction (https://trojansource.codes), and what takes no room at all.
 */
const UNSEEN =
  /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The same JSON, with each of these written as `\uXXXX`; they occur in it only inside texts. */
export function visibleJson(json: string): string {
  return json.replaceAll(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_none, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** How many columns of a terminal a text takes, and how to shorten it to fit: CJK and emoji take two. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** East Asian wide and fullwidth characters, and what is drawn as an emoji. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
/** Marks that are drawn upon the character before them, and characters that are not drawn. */
const NOT_DRAWN = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/u.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** The text, or its beginning and an ellipsis, in at most `width` columns. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let taken = '';
  let columns = 1;
  for (const { segment } of graphemes.segment(text)) {
    columns += widthOf(segment);
    if (columns > width) break;
    taken += segment;
  }
  return `${taken.trimEnd()}…`;
}

function widthOf(grapheme: string): number {
  if (NOT_DRAWN.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}

/** Why a node is as it is: the answer in one sentence, and under it the chain of causes. */
import type { Why } from '@sluice/contract';
import type { Colour, Paint } from './colour.ts';
import { printable } from './printable.ts';
import { agoInWords } from './time-in-words.ts';

const MARKS: Readonly<Record<string, readonly [symbol: string, colour: Colour]>> = {
  info: ['·', 'grey'],
  warning: ['▲', 'yellow'],
  error: ['✗', 'red'],
};

/**
 * A sentence that says itself how long it has been so: `for 50 s`, `50 s ago`. Other durations, such as that of a timeout
 * (`no answer within 1 s`), do not say it.
 */
const SAYS_SINCE_WHEN = /\bfor \d+ (?:s|min|h|d)\b|\d (?:s|min|h|d) ago\b/u;

/** The answer as whole lines. */
export function renderWhyPage(why: Why, paint: Paint, nowMs: number): string {
  const causes = why.causes.map(({ severity, text, since }) => {
    const [symbol, colour] = MARKS[severity] ?? ['·', 'grey'];
    const ago = since === null || SAYS_SINCE_WHEN.test(text) ? '' : paint(` (${agoInWords(since, nowMs)})`, 'grey');
    return `  ${paint(symbol, colour)} ${printable(text)}${ago}`;
  });
  return [printable(why.summary), ...causes].map((line) => `${line}\n`).join('');
}

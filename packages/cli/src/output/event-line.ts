/** One event as a line: when, its number, of which node, and what happened. */
import type { ClientEvent } from '@sluice/client';
import type { Terminal } from '../terminal.ts';
import { paintFor } from './colour.ts';
import { displayWidth, shorten } from './display-width.ts';
import { eventInWords } from './event-in-words.ts';
import { printable } from './printable.ts';

/** Columns of a node id and of a kind, so that lines stand below each other at 80 columns; longer ones push the rest aside. */
const NODE_WIDTH = 14;
const KIND_WIDTH = 20;

/**
 * In UTC, as everything that the API tells.
 * @param when `time`: it has just happened; `date`: it may be long ago.
 */
export function eventLine(terminal: Terminal, event: ClientEvent, when: 'time' | 'date'): string {
  const { stdout, environment } = terminal;
  const paint = paintFor(stdout, environment);
  const at = `${when === 'time' ? '' : `${event.at.slice(0, 10)} `}${event.at.slice(11, 19)}Z`;
  const words = printable(eventInWords(event));
  const head = `${at}  ${String(event.sequence).padStart(6)}  ${padded(printable(event.nodeId ?? '-'), NODE_WIDTH)}  `;
  const kind = words === '' ? printable(event.kind) : `${padded(printable(event.kind), KIND_WIDTH)}  `;
  const room = stdout.isTTY === true ? (stdout.columns ?? 80) - displayWidth(head) - displayWidth(kind) : Infinity;
  return `${head}${paint(kind, 'bold')}${room === Infinity ? words : shorten(words, Math.max(8, room))}\n`;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

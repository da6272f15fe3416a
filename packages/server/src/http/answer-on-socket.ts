/** Answers where there is no response to write to: requests that are no valid HTTP, and upgrades that are refused. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problemDocument, problems } from '@sluice/contract';
import { PROBLEM_MEDIA_TYPE } from './problem-media-type.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Milliseconds that the other side gets to take the answer and close its half. */
const TAKEN_WITHIN_MS = 1000;

/** Writes the whole answer and ends the connection, whether or not the other side does so too: none of its sockets stays behind. */
export function answerOnSocket(socket: Duplex, problem: Problem, more: Readonly<Record<string, string>> = {}): void {
  const { status } = problems[problem.code];
  const body = JSON.stringify(problemDocument(problem, randomUUID()));
  const headers = {
    ...SECURITY_HEADERS,
    ...more,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const cut = setTimeout(() => socket.destroy(), TAKEN_WITHIN_MS).unref();
  socket.once('close', () => clearTimeout(cut));
  // Nothing more is heard, but read on: else the end of the other side is never seen.
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}\r\n${body}`);
}

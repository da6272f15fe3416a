/** A problem in words, also one that whatever answers in the server's place has made up. */
import { expect, test } from 'vitest';
import { captureTerminal } from '../captured-terminal.ts';
import { printProblem } from './print.ts';

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'a-code-of-a-newer-server'])(
  'the code %s is no code of ours',
  (code) => {
    const terminal = captureTerminal();
    const exitCode = printProblem(terminal, {
      code,
      status: 404,
      detail: 'There is no \u001b[31msuch\u202e thing.\nError: forged',
      whatToDo: 'Look elsewhere.',
      field: null,
      requestId: null,
    });
    expect(exitCode).toBe(4);
    expect(terminal.error()).toBe('Error: There is no such· thing. Error: forged\n→ Look elsewhere.\n');
  },
);

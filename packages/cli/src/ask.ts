/** Asks the person at the terminal whether to go on. */
import { createInterface } from 'node:readline';
import { paintFor } from './output/colour.ts';
import { printable } from './output/printable.ts';
import type { Terminal } from './terminal.ts';

/** Whether somebody sits there who can be asked: what is typed comes from a terminal, and what is asked is seen. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** @returns Whether it was a yes; a bare Enter, the end of the input and Ctrl-C are a no. */
export async function ask({ stdin, stderr, environment, interrupt }: Terminal, question: string): Promise<boolean> {
  stderr.write(`${paintFor(stderr, environment)(printable(question), 'bold')} [y/N] `);
  const reader = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    reader.once('line', resolve).once('close', () => resolve(''));
    if (interrupt.aborted) resolve('');
    else interrupt.addEventListener('abort', () => resolve(''), { once: true });
  });
  reader.close();
  if (interrupt.aborted) stderr.write('\n');
  return /^y(es)?$/iu.test(answer.trim());
}

/** An exported chain: one event a line as JSON, and a last line that names the head. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ChainedRecord } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { ChainItem } from './chain-pages.ts';

const record = Compile(ChainedRecord);
const headLine = Compile(
  Type.Object({ head: Type.Object({ sequence: Type.Integer(), hash: Type.Union([Type.String(), Type.Null()]) }) }),
);

/** A line as an export has it. */
export function lineOfChain(item: Exclude<ChainItem, { kind: 'refused' }>): string {
  return `${JSON.stringify(item.kind === 'event' ? item.event : { head: item.head })}\n`;
}

/** @throws Error for a person: the file cannot be read, or a line of it is none of an export. */
export async function* readChainFile(file: string): AsyncGenerator<Exclude<ChainItem, { kind: 'refused' }>> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const value = parsed(line);
    if (record.Check(value)) yield { kind: 'event', event: value };
    else if (headLine.Check(value)) yield { kind: 'head', head: value.head };
    else throw new Error(`line ${number} of ${file} is none that \`sluice audit export\` writes`);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

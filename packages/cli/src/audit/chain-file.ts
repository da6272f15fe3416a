/** An exported chain: one event a line as JSON, and a last line that names the head. */
import type { ChainedRecord } from '@sluice/contract';
import { isRecord } from '../is-record.ts';
import { linesOfFile } from '../lines-of-file.ts';
import type { ChainItem } from './chain-pages.ts';
import type { Head } from './verify-chain.ts';

/** A line as an export has it. */
export function lineOfChain(item: Exclude<ChainItem, { kind: 'refused' }>): string {
  return `${JSON.stringify(item.kind === 'event' ? item.event : { head: item.head, after: item.after })}\n`;
}

/** @throws Error for a person: the file cannot be read, or a line of it is none of an export. */
export async function* readChainFile(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Exclude<ChainItem, { kind: 'refused' }>> {
  let number = 0;
  for await (const line of linesOfFile(file, signal)) {
    number += 1;
    const value = parsed(line);
    if (isEvent(value)) yield { kind: 'event', event: value };
    else if (isRecord(value) && isHead(value['head']))
      yield { kind: 'head', head: value['head'], after: numberOrNull(value['after']) };
    else throw new Error(`line ${number} of ${file} is none that \`sluice audit export\` writes`);
  }
}

function isEvent(value: unknown): value is ChainedRecord {
  if (!isRecord(value)) return false;
  const { sequence, nodeId, kind, at, actor, body, previousHash } = value;
  const texts = [nodeId, kind, body].every((text) => typeof text === 'string');
  return Number.isSafeInteger(sequence) && Number.isSafeInteger(at) && texts && isHash(actor) && isHash(previousHash);
}

function isHead(value: unknown): value is Head {
  return isRecord(value) && Number.isSafeInteger(value['sequence']) && isHash(value['hash']);
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function isHash(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** JSON on the command line: written there, in a file (`@file`), or on stdin (`-`). */
import { readFile, stat } from 'node:fs/promises';
import type { Terminal } from '../terminal.ts';

/** Bytes read at most: far over what the API takes, so that it is the server that says what is too large. */
const INPUT_BYTES_MAX = 1024 * 1024;

export type JsonArgument =
  /** The text as it was given, which is JSON. */
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string };

export async function readJsonArgument(argument: string, terminal: Terminal): Promise<JsonArgument> {
  if (argument === '-') {
    const text = await readStream(terminal.stdin);
    return text === null
      ? { ok: false, detail: 'What came on stdin is larger than 1 MiB.' }
      : parseJsonText(text, 'What came on stdin');
  }
  if (!argument.startsWith('@')) return parseJsonText(argument, `'${argument}'`);
  const path = argument.slice(1);
  try {
    const { size } = await stat(path);
    if (size > INPUT_BYTES_MAX) return { ok: false, detail: `${path} is larger than 1 MiB.` };
    return parseJsonText(await readFile(path, 'utf8'), path);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    return { ok: false, detail: `${path} cannot be read: ${String(code ?? error)}.` };
  }
}

/** The text, or where it stops being JSON. `what` names the text in the sentence. */
export function parseJsonText(text: string, what: string): JsonArgument {
  try {
    JSON.parse(text);
    return { ok: true, text };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/u.exec(reason)?.[1];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
    const said = reason.replace(/ in JSON at position.*$/su, '').replace(/, ".*$/su, '');
    return {
      ok: false,
      detail: `${what} is not JSON: ${said} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}).`,
    };
  }
}

async function readStream(stream: NodeJS.ReadableStream): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.byteLength;
    if (bytes > INPUT_BYTES_MAX) return null;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

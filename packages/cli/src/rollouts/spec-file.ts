/** `--file`: a rollout's specification in YAML or JSON, with what the command line says put over it. */
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { isRecord } from '../is-record.ts';
import type { SpecDraft } from './spec-draft.ts';

/** Bytes read at most: 10,000 ids of the longest kind are not much more, and the API takes no more nodes by name. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** A specification as it goes to the server, which says what is wrong with it. */
export type SpecDocument = Readonly<Record<string, unknown>>;

export type SpecFile =
  | { readonly ok: true; readonly document: SpecDocument }
  | { readonly ok: false; readonly detail: string };

export async function readSpecFile(file: string): Promise<SpecFile> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) return { ok: false, detail: `${file} is larger than 4 MiB.` };
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    return { ok: false, detail: `${file} cannot be read: ${String(code ?? error)}.` };
  }
  try {
    const document: unknown = parse(text);
    if (isRecord(document)) return { ok: true, document };
    return { ok: false, detail: `${file} does not hold a specification: names with values.` };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { ok: false, detail: `${file} is neither YAML nor JSON: ${reason.replace(/:$/u, '')}.` };
  }
}

/** What was given on the command line goes before the file; a way to say which nodes does away with the file's. */
export function withDraft(document: SpecDocument, draft: SpecDraft): SpecDocument {
  const isTargetGiven = draft.selector !== undefined || draft.nodeIds !== undefined || draft.all !== undefined;
  const { selector, nodeIds, all, ...rest } = document;
  const target = Object.fromEntries(
    Object.entries({ selector, nodeIds, all }).filter(([, value]) => value !== undefined && !isTargetGiven),
  );
  return { ...rest, ...target, ...draft };
}

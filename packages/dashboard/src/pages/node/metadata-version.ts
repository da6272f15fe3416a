/** Metadata as people read it: numbers keep their digits, objects their order, and nothing in it is invisible. */
import type { Client } from '@sluice/client';
import { prettyJsonText, readJsonText, visibleJson } from '@sluice/core';
import { ProblemError } from '../../api/problem-error.ts';
import type { MetadataVersion } from '../../fleet-view/metadata-draft.ts';

/** Throws a `ProblemError` when the server does not answer with it. */
export async function readMetadata(api: Client, id: string, signal?: AbortSignal): Promise<MetadataVersion> {
  const answer = await api.getMetadata(signal === undefined ? { id } : { id, signal });
  if (!answer.ok) throw new ProblemError(answer.problem);
  return versionIn(answer);
}

/** @param text The body of an answer, `{"meta":…}`. */
export function versionIn({ text, etag }: { readonly text: string; readonly etag: string | null }): MetadataVersion {
  const body = readJsonText(text);
  const meta = body?.kind === 'object' ? body.members.get('meta') : undefined;
  if (meta === undefined) throw new Error('reading metadata: the answer has none');
  return { text: visibleJson(prettyJsonText(meta)), etag };
}

/** A fetch that trusts one certificate authority only: Node.js's own cannot be told which. */
import { readFile } from 'node:fs/promises';

export type PinnedFetch =
  | { readonly ok: true; readonly fetch: typeof globalThis.fetch }
  | { readonly ok: false; readonly detail: string };

export const HOW_TO_PIN = 'Give the certificate of the authority with --server-ca FILE or SLUICE_SERVER_CA.';

/** @param file The authority's certificate in PEM form; `null`: those of the machine are trusted. */
export async function pinnedFetch(file: string | null): Promise<PinnedFetch> {
  if (file === null) return { ok: true, fetch: globalThis.fetch };
  let ca: string;
  try {
    ca = await readFile(file, 'utf8');
  } catch (error) {
    return { ok: false, detail: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.` };
  }
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    return { ok: false, detail: `${file} is no certificate in PEM form.` };
  const { Agent, fetch: fetchWith } = await import('undici');
  const dispatcher = new Agent({ connect: { ca } });
  const fetchPinned: unknown = (input: string, init: object = {}) => fetchWith(input, { ...init, dispatcher });
  return isFetch(fetchPinned)
    ? { ok: true, fetch: fetchPinned }
    : { ok: false, detail: 'This Node.js cannot pin a certificate.' };
}

/** The two differ in their types only: undici's is the one that Node.js has built in. */
function isFetch(value: unknown): value is typeof globalThis.fetch {
  return typeof value === 'function';
}

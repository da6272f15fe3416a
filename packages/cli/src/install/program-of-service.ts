/** What a service starts: this command, by paths that stay and that the service can see. */
import { programFile } from './own-files.ts';

/** Directories that a closed service does not see (`ProtectHome=`, `PrivateTmp=`). */
const HIDDEN = ['/home/', '/root/', '/run/user/', '/tmp/', '/var/tmp/'];

export type Program =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/** @param given An absolute path, where the service is for another machine; absent: this Node.js and this command. */
export function programOfService(given: string | undefined): Program {
  const words = given === undefined ? [process.execPath, programFile()] : [given];
  const relative = words.find((word) => !word.startsWith('/'));
  if (relative !== undefined) return { ok: false, detail: `'${relative}' is no absolute path, which a service needs.` };
  const hidden = words.find((word) => HIDDEN.some((directory) => word.startsWith(directory)));
  if (hidden === undefined) return { ok: true, words };
  return {
    ok: false,
    detail: `${hidden} is in a directory that belongs to a user or does not stay, and services do not see it.`,
  };
}

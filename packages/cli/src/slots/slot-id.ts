/** Under which id this machine holds slots, unless it is told another. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

const MACHINE_ID_FILE = '/etc/machine-id';
/** What makes the hash ours: the id of a machine itself is to be told to nobody (machine-id(5)). */
const APPLICATION = 'sluice with-slot';
/** Characters of the hash: among machines of one name nobody meets another by chance. */
const HASH_LENGTH = 8;
/** A name that many machines have. */
const NAMELESS: ReadonlySet<string> = new Set(['', 'localhost', 'localhost.localdomain']);

/**
 * The name of the host, for people, and a hash of the machine's id, so that two machines of one name do not hold the same slot.
 * @param machineId `null`: it has none, as in many containers.
 * @returns `null`: neither tells it apart.
 */
export function slotIdOf(host: string, machineId: string | null): string | null {
  if (machineId === null) return NAMELESS.has(host) ? null : host;
  const hash = createHmac('sha256', machineId).update(APPLICATION).digest('hex').slice(0, HASH_LENGTH);
  return host === '' ? hash : `${host}-${hash}`;
}

/** The same of the machine that this runs on. */
export async function ownSlotId(): Promise<string | null> {
  let text: string | null = null;
  try {
    text = await readFile(MACHINE_ID_FILE, 'utf8');
  } catch {
    // There is none, or nobody may read it: the name has to do.
  }
  const machineId = /^[\da-f]{32}$/u.exec(text?.trim() ?? '')?.[0] ?? null;
  return slotIdOf(hostname(), machineId);
}

/** What tells this boot of the machine from every other. */
import { readFile } from 'node:fs/promises';
import { BOOT_ID_LENGTH_MAX } from '@sluice/contract';
import { BOOT_ID_FILE, type RebootConfig } from './reboot-config.ts';

/**
 * @param config `null`: the machine may not be rebooted. The present boot still tells what became of a reboot that was allowed before.
 * @returns `null`: nobody can tell, and nothing needs it.
 * @throws Error for the one who started the agent: it is needed and cannot be read.
 */
export async function readBootId(config: RebootConfig | null): Promise<string | null> {
  const file = config?.bootIdFile ?? BOOT_ID_FILE;
  let bootId: string;
  try {
    bootId = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (config === null) return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The id of this boot cannot be read: ${reason}. ${WHAT_TO_DO}`, { cause: error });
  }
  if (/^[\x21-\x7e]+$/u.test(bootId) && bootId.length <= BOOT_ID_LENGTH_MAX) return bootId;
  if (config === null) return null;
  throw new Error(
    `${file} has no id of this boot in it: 1 to ${BOOT_ID_LENGTH_MAX} visible characters without a space. ${WHAT_TO_DO}`,
  );
}

const WHAT_TO_DO =
  'Name a file that is written anew at each boot in reboot.bootIdFile of agent.yaml, or remove the section reboot.';

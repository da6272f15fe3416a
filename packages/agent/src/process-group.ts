/** Ending a whole process group: gracefully first, then for certain, and not before everyone in it is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGroupAlive } from './process-table.ts';

/** Milliseconds between two looks at a group that is being ended: the first are quick, since most end at once. */
const LOOK_AGAIN_MS = [10, 20, 40, 80] as const;
const LOOK_AGAIN_MS_MAX = 150;
/** Milliseconds after SIGKILL until a group counts as unkillable (a process stuck in the kernel, or of another user). */
const KILLED_WITHIN_MS = 10_000;

export type GroupEnd =
  /** Nobody of the group is left. `isKilled`: the grace was not enough for everyone. */
  | { readonly kind: 'gone'; readonly isKilled: boolean }
  /** Even SIGKILL did not end it. */
  | { readonly kind: 'unkillable' }
  /** The caller gave up waiting; who was told to end still may. */
  | { readonly kind: 'aborted' };

/** SIGTERM, `graceMs` to end, SIGKILL; resolves when the whole group is gone. */
export async function endGroup(processGroupId: number, graceMs: number, signal?: AbortSignal): Promise<GroupEnd> {
  signalGroup(processGroupId, 'SIGTERM');
  const afterGrace = await untilGone(processGroupId, graceMs, signal);
  if (afterGrace === 'gone') return { kind: 'gone', isKilled: false };
  if (afterGrace === 'aborted') return { kind: 'aborted' };
  signalGroup(processGroupId, 'SIGKILL');
  const afterKill = await untilGone(processGroupId, KILLED_WITHIN_MS, signal);
  if (afterKill === 'gone') return { kind: 'gone', isKilled: true };
  return { kind: afterKill === 'aborted' ? 'aborted' : 'unkillable' };
}

async function untilGone(
  processGroupId: number,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<'gone' | 'still-there' | 'aborted'> {
  const giveUpAt = performance.now() + withinMs;
  for (let look = 0; ; look += 1) {
    if (!(await isGroupAlive(processGroupId))) return 'gone';
    if (signal?.aborted === true) return 'aborted';
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) return 'still-there';
    await sleep(Math.min(leftMs, LOOK_AGAIN_MS[look] ?? LOOK_AGAIN_MS_MAX));
  }
}

function signalGroup(processGroupId: number, name: NodeJS.Signals): void {
  try {
    process.kill(-processGroupId, name);
  } catch (error) {
    // ESRCH: it is gone. EPERM: some of it may not be signalled; whether it ends is seen by looking.
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ESRCH' && code !== 'EPERM')
      throw new Error(`sending ${name} to process group ${processGroupId}`, { cause: error });
  }
}

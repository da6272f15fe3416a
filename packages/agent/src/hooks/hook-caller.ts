/** Calls the hooks of the configuration by their names, and says which one it was that failed. */
import type { WorkloadConfig } from '../config-workload.ts';
import { callHook, type HookContext } from './call-hook.ts';

export type HookName = 'drain' | 'undrain' | 'end-sessions';

export function hookCaller(
  { drain, undrain, endSessions }: WorkloadConfig['hooks'],
  context: () => HookContext,
): (name: HookName) => Promise<{ readonly ok: boolean; readonly problem: string | null }> {
  const hooks = { drain, undrain, 'end-sessions': endSessions };
  return async (name) => {
    const hook = hooks[name];
    if (hook === null) throw new Error(`calling the ${name} hook, which is not configured`);
    const outcome = await callHook(hook, context());
    return outcome.ok ? { ok: true, problem: null } : { ok: false, problem: `The ${name} hook: ${outcome.problem}` };
  };
}

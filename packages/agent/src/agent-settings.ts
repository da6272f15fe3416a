/** What the agent's decisions depend on, of its configuration. */
import type { AgentSettings } from '@sluice/core';
import type { AgentConfig } from './config.ts';
import { describeCommands } from './declared-commands.ts';

export function agentSettingsOf({ rotation, workload, commands, reboot }: AgentConfig): AgentSettings {
  const { sessions, hooks, stopGraceMs, healthyWithinMs } = workload;
  return {
    settleMs: rotation.settleMs,
    confirmsRotation: rotation.haproxy !== null,
    hasSessionsProbe: sessions !== null,
    hasDrainHook: hooks.drain !== null,
    hasUndrainHook: hooks.undrain !== null,
    hasEndSessionsHook: hooks.endSessions !== null,
    stopGraceMs,
    healthyWithinMs,
    rebootWithinMs: reboot?.withinMs ?? null,
    commands: describeCommands(commands),
  };
}

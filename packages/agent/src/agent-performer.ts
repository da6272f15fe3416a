/** How the effects of this agent's decisions are done: by its driver, its hooks, its balancers' endpoints and its workload's socket. */
import type { AgentMessage } from '@sluice/contract';
import type { AgentEffect, AgentInput } from '@sluice/core';
import type { Logger } from 'pino';
import type { AgentConfig } from './config.ts';
import { runDeclaredCommand } from './declared-commands.ts';
import type { Driver } from './drivers/driver.ts';
import { hookCaller } from './hooks/hook-caller.ts';
import type { OpenedParts } from './open-parts.ts';
import { performEffects } from './perform-effects.ts';
import { runRebootCommand } from './reboot/run-reboot-command.ts';
import { writeFileDurably } from './write-file-durably.ts';

/** Bytes of the workload's last output that tell why a restart failed. */
const LAST_OUTPUT_BYTES = 8192;

export interface PerformerParts {
  readonly config: AgentConfig;
  readonly opened: Pick<OpenedParts, 'rotation' | 'workloadSocket'>;
  readonly driver: Driver;
  /** What hooks and commands get of the agent's environment, and what they are told. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly told: () => Readonly<Record<string, string>>;
  readonly metadataFile: string;
  /** The agent stops: hooks are given up. */
  readonly signal: AbortSignal;
  readonly send: (message: AgentMessage) => void;
  readonly take: (input: AgentInput) => void;
  readonly logger: Logger;
}

export function agentPerformer(parts: PerformerParts): (effect: AgentEffect) => void {
  const { config, opened, driver, logger } = parts;
  const { hooks, cwd, stopGraceMs } = config.workload;
  const { rotation, workloadSocket } = opened;
  const environment = () => ({ ...parts.inherited, ...parts.told() });
  return performEffects({
    send: parts.send,
    setRotation: ({ word, reason }) => rotation.set(word, reason),
    callHook: hookCaller(hooks, () => ({
      sendSignal: (signal) => driver.signal(signal),
      ...(workloadSocket === null ? {} : { tellWorkload: (...wish) => workloadSocket.tell(...wish) }),
      environment: environment(),
      cwd,
      signal: parts.signal,
    })),
    replaceWorkload: async (graceMs, previousIncarnation) => {
      const outcome = await driver.replace({ graceMs, previousIncarnation });
      return {
        ok: outcome.kind !== 'failed',
        incarnation: outcome.incarnation,
        problem: outcome.kind === 'failed' ? outcome.problem : null,
      };
    },
    endSessionsByReplacing: async () => {
      const outcome = await driver.replace({
        graceMs: stopGraceMs,
        previousIncarnation: driver.observe().incarnation,
      });
      return { ok: outcome.kind !== 'failed', problem: outcome.kind === 'failed' ? outcome.problem : null };
    },
    runCommand: (command) =>
      Object.hasOwn(config.commands, command.name) || workloadSocket === null
        ? runDeclaredCommand(config.commands, command, environment(), cwd)
        : workloadSocket.run(command),
    rebootMachine: (timeoutMs, tellOutput) => {
      if (config.reboot === null)
        return Promise.reject(new Error('a reboot was decided on that the configuration does not allow'));
      const { command } = config.reboot;
      return runRebootCommand({ command, environment: environment(), cwd, timeoutMs }, tellOutput);
    },
    workloadOutput: () => driver.output(LAST_OUTPUT_BYTES),
    keepMetadata: (json) => {
      workloadSocket?.setMetadata(json);
      return writeFileDurably(parts.metadataFile, `${json}\n`);
    },
    take: parts.take,
    failed: (effect, error) =>
      logger.error({ event: 'effect-failed', effect, err: error }, 'something could not be done; it counts as failed'),
  });
}

/** How each effect of the agent's pure half is done. No decisions here: everything that could be decided is in the effect. */
import type { AgentMessage } from '@sluice/contract';
import type { AgentEffect, AgentInput, RotationState } from '@sluice/core';
import type { AskedCommand, CommandEnd } from './declared-commands.ts';
import type { RebootCommandEnd } from './reboot/run-reboot-command.ts';

interface Outcome {
  readonly ok: boolean;
  readonly problem: string | null;
}

/** What the agent is made of, as far as effects need it. */
export interface EffectParts {
  readonly send: (message: AgentMessage) => void;
  readonly setRotation: (rotation: RotationState) => void;
  readonly callHook: (hook: 'drain' | 'undrain' | 'end-sessions') => Promise<Outcome>;
  /** Replaces the workload's process, gracefully. */
  readonly replaceWorkload: (
    graceMs: number,
    previousIncarnation: number,
  ) => Promise<Outcome & { readonly incarnation: number }>;
  /** Ends the sessions that remain by replacing the workload. */
  readonly endSessionsByReplacing: () => Promise<Outcome>;
  readonly runCommand: (command: AskedCommand) => Promise<CommandEnd>;
  readonly rebootMachine: (timeoutMs: number, tellOutput: (output: string) => void) => Promise<RebootCommandEnd>;
  readonly workloadOutput: () => Promise<string>;
  readonly keepMetadata: (json: string) => Promise<void>;
  readonly take: (input: AgentInput) => void;
  /** A part failed in a way that it promises not to. The effect counts as failed, and the agent goes on. */
  readonly failed: (effect: AgentEffect['kind'], error: unknown) => void;
}

/** Begins an effect; what comes of it is an input again. */
export function performEffects(parts: EffectParts): (effect: AgentEffect) => void {
  const { take } = parts;
  const running = new Map<string, AbortController>();
  const failure = (effect: AgentEffect, error: unknown): Outcome => {
    parts.failed(effect.kind, error);
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  };

  const perform = async (effect: AgentEffect): Promise<void> => {
    switch (effect.kind) {
      case 'Send':
        parts.send(effect.message);
        return;
      case 'SetRotation':
        parts.setRotation(effect.rotation);
        return;
      case 'CallHook':
      case 'EndSessionsByReplacing': {
        const begun = effect.kind === 'CallHook' ? parts.callHook(effect.hook) : parts.endSessionsByReplacing();
        const { ok, problem } = await begun.catch((error: unknown) => failure(effect, error));
        take({ kind: 'PendingReturned', token: effect.token, ok, problem });
        return;
      }
      case 'ReplaceWorkload': {
        const { operationId, graceMs, previousIncarnation } = effect;
        const replaced = await parts
          .replaceWorkload(graceMs, previousIncarnation)
          .catch((error: unknown) => ({ ...failure(effect, error), incarnation: previousIncarnation }));
        take({ kind: 'WorkloadReplaced', operationId, ...replaced });
        return;
      }
      case 'RunCommand': {
        const { operationId, name, params, timeoutMs, traceparent } = effect;
        const controller = new AbortController();
        running.set(operationId, controller);
        const end = await parts
          .runCommand({
            operationId,
            name,
            params,
            timeoutMs,
            traceparent,
            signal: controller.signal,
            tellOutput: (output) => parts.send({ kind: 'operation.output', operationId, output }),
          })
          .catch((error: unknown): CommandEnd => {
            const message = failure(effect, error).problem ?? '';
            return { status: 'failed', result: null, error: { code: 'cannot-run', message }, output: '' };
          });
        running.delete(operationId);
        take({ kind: 'CommandEnded', operationId, ...end });
        return;
      }
      case 'RebootMachine': {
        const { operationId, timeoutMs } = effect;
        const end = await parts
          .rebootMachine(timeoutMs, (output) => parts.send({ kind: 'operation.output', operationId, output }))
          .catch((error: unknown): RebootCommandEnd => {
            const message = failure(effect, error).problem ?? '';
            return { error: { code: 'cannot-run', message }, exitCode: null, output: '' };
          });
        take({ kind: 'RebootCommandEnded', operationId, ...end });
        return;
      }
      case 'StopCommand':
        running.get(effect.operationId)?.abort();
        return;
      case 'CollectOutput': {
        const { operationId } = effect;
        const output = await parts.workloadOutput().catch((error: unknown) => failure(effect, error).problem ?? '');
        take({ kind: 'OutputCollected', operationId, output });
        return;
      }
      case 'KeepMetadata':
        await parts.keepMetadata(effect.json).catch((error: unknown) => failure(effect, error));
    }
  };
  return (effect) => void perform(effect);
}

/** How each effect of the agent's pure half is done: an exhaustive table, no decisions. */
import type { AgentMessage, Json } from '@sluice/contract';
import type { AgentEffect, AgentInput, RotationState } from '@sluice/core';

/** What the agent is made of, as far as effects need it. */
export interface EffectParts {
  readonly send: (message: AgentMessage) => void;
  readonly setRotation: (rotation: RotationState) => void;
  /** Calls a hook of the configuration; never throws. */
  readonly callHook: (hook: 'drain' | 'undrain' | 'end-sessions') => Promise<{ readonly ok: boolean; readonly problem: string | null }>;
  /** Replaces the workload's process, gracefully; `null` grace: as configured. */
  readonly replaceWorkload: (
    graceMs: number | null,
    previousIncarnation: number | null,
  ) => Promise<{ readonly ok: boolean; readonly incarnation: number; readonly problem: string | null }>;
  readonly runCommand: (
    name: string,
    params: Readonly<Record<string, Json>>,
    timeoutMs: number,
    signal: AbortSignal,
  ) => Promise<Pick<Extract<AgentInput, { kind: 'CommandEnded' }>, 'status' | 'result' | 'error' | 'output'>>;
  readonly workloadOutput: () => string;
  readonly keepMetadata: (json: string, revision: number) => Promise<void>;
  readonly take: (input: AgentInput) => void;
  /** A part failed in a way that it promises not to: logged, and the effect counts as failed. */
  readonly failed: (effect: AgentEffect['kind'], error: unknown) => void;
}

type Executors = { readonly [K in AgentEffect['kind']]: (effect: Extract<AgentEffect, { kind: K }>) => void };

export function performEffects(parts: EffectParts): (effect: AgentEffect) => void {
  const running = new Map<string, AbortController>();
  const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

  const executors: Executors = {
    Send: ({ message }) => parts.send(message),
    SetRotation: ({ rotation }) => parts.setRotation(rotation),
    CallHook: ({ token, hook }) => {
      parts.callHook(hook).then(
        ({ ok, problem }) => parts.take({ kind: 'PendingReturned', token, ok, problem }),
        (error: unknown) => {
          parts.failed('CallHook', error);
          parts.take({ kind: 'PendingReturned', token, ok: false, problem: sentence(error) });
        },
      );
    },
    EndSessionsByReplacing: ({ token }) => {
      parts.replaceWorkload(null, null).then(
        ({ ok, problem }) => parts.take({ kind: 'PendingReturned', token, ok, problem }),
        (error: unknown) => {
          parts.failed('EndSessionsByReplacing', error);
          parts.take({ kind: 'PendingReturned', token, ok: false, problem: sentence(error) });
        },
      );
    },
    ReplaceWorkload: ({ operationId, graceMs, previousIncarnation }) => {
      parts.replaceWorkload(graceMs, previousIncarnation).then(
        ({ ok, incarnation, problem }) => parts.take({ kind: 'WorkloadReplaced', operationId, ok, incarnation, problem }),
        (error: unknown) => {
          parts.failed('ReplaceWorkload', error);
          parts.take({ kind: 'WorkloadReplaced', operationId, ok: false, incarnation: previousIncarnation, problem: sentence(error) });
        },
      );
    },
    RunCommand: ({ operationId, name, params, timeoutMs }) => {
      const controller = new AbortController();
      running.set(operationId, controller);
      parts
        .runCommand(name, params, timeoutMs, controller.signal)
        .then(
          (ended) => parts.take({ kind: 'CommandEnded', operationId, ...ended }),
          (error: unknown) => {
            parts.failed('RunCommand', error);
            const failure = { code: 'cannot-run', message: sentence(error) };
            parts.take({ kind: 'CommandEnded', operationId, status: 'failed', result: null, error: failure, output: '' });
          },
        )
        .finally(() => running.delete(operationId));
    },
    StopCommand: ({ operationId }) => running.get(operationId)?.abort(),
    CollectOutput: ({ operationId }) => parts.take({ kind: 'OutputCollected', operationId, output: parts.workloadOutput() }),
    KeepMetadata: ({ json, revision }) => {
      parts.keepMetadata(json, revision).catch((error: unknown) => parts.failed('KeepMetadata', error));
    },
  };

  return (effect) => perform(executors, effect);
}

function perform<K extends AgentEffect['kind']>(executors: Executors, effect: Extract<AgentEffect, { kind: K }>): void {
  const execute: (given: Extract<AgentEffect, { kind: K }>) => void = executors[effect.kind as K];
  execute(effect);
}

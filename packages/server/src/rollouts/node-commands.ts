/** The commands that a rollout gives for its nodes: each through the one pipeline, one at a time for a node, until it is answered. */
import { createHash } from 'node:crypto';
import type { Actor, Problem } from '@sluice/contract';
import type { Command, Result, RolloutNodeCommand, RolloutRequest } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';

/** What the pipeline answered. */
export type AnswerRequest = Extract<RolloutRequest, { kind: 'RecordAnswer' }>;

/** Problems that say nothing of the command: the store is away, or nobody knows yet. It is given again, under the same key. */
const UNANSWERED: ReadonlySet<Problem['code']> = new Set(['store-unavailable', 'outcome-unknown', 'stopping']);

export interface NodeCommandsOptions {
  readonly fleet: Pick<Fleet, 'execute'>;
  /** As whom they are given. */
  readonly actor: Actor;
  /** The command as the node takes it: with the defaults of what its agent declares; or why it does not. */
  readonly fit: (nodeId: string, command: Command) => Result<Command>;
  readonly answered: (answer: AnswerRequest) => void;
  /** A command could not be given now. */
  readonly failed: (problem: Problem) => void;
}

export class NodeCommands {
  readonly #options: NodeCommandsOptions;
  readonly #onTheirWay = new Map<string, Promise<void>>();

  constructor(options: NodeCommandsOptions) {
    this.#options = options;
  }

  /** Those of nodes that have one on its way wait: they are named again by the step that follows its answer. */
  give(commands: readonly RolloutNodeCommand[]): void {
    for (const command of commands)
      if (!this.#onTheirWay.has(command.nodeId)) this.#onTheirWay.set(command.nodeId, this.#give(command));
  }

  /** Resolves when none is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#onTheirWay.values());
  }

  async #give({ nodeId, attempt, status, key, command }: RolloutNodeCommand): Promise<void> {
    const { fleet, actor, fit, answered, failed } = this.#options;
    const fingerprint = createHash('sha256').update(JSON.stringify(command)).digest('hex');
    const fitting = fit(nodeId, command);
    const result = fitting.ok ? await fleet.execute(nodeId, fitting.value, actor, { key, fingerprint }) : fitting;
    this.#onTheirWay.delete(nodeId);
    const answer = (given: AnswerRequest['answer']) =>
      answered({ kind: 'RecordAnswer', nodeId, attempt, status, answer: given });
    if (!result.ok) {
      if (UNANSWERED.has(result.problem.code)) failed(result.problem);
      else answer({ kind: 'refused', problem: result.problem });
      return;
    }
    const operationId = result.value.operation?.id ?? result.value.repeatOf;
    if (operationId === null) {
      const detail = `${command.kind} gave no operation that could be waited for.`;
      answer({ kind: 'refused', problem: { code: 'internal', detail } });
    } else answer({ kind: 'taken', operationId });
  }
}

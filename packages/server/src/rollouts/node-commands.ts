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
  /** Whether the rollout as it is now still wants what a step gave. */
  readonly isStillWanted: (command: RolloutNodeCommand) => boolean;
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
      if (!this.#onTheirWay.has(command.nodeId)) this.#onTheirWay.set(command.nodeId, this.#giveOne(command));
  }

  /** Resolves when none is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#onTheirWay.values());
  }

  /** However it goes, the node is free for the next command before its answer is told. */
  async #giveOne(command: RolloutNodeCommand): Promise<void> {
    // What is refused at once must not be off the way before it was noted as being on it.
    await Promise.resolve();
    let tell: () => void;
    try {
      tell = await this.#give(command);
    } catch (error) {
      const detail = `The command could not be given: ${error instanceof Error ? error.message : String(error)}`;
      tell = () => this.#answer(command, { kind: 'refused', problem: { code: 'internal', detail } });
    }
    this.#onTheirWay.delete(command.nodeId);
    tell();
  }

  /** @returns What tells what came of it. */
  async #give(given: RolloutNodeCommand): Promise<() => void> {
    const { nodeId, key, command, isWithdrawn } = given;
    const { fleet, actor, fit, isStillWanted, failed } = this.#options;
    const fingerprint = createHash('sha256').update(JSON.stringify(command)).digest('hex');
    // Whether it was done does not hang on what would fit now.
    const fitting: Result<Command> = isWithdrawn ? { ok: true, value: command } : fit(nodeId, command);
    // At its turn: what other servers have decided since the step that gave it counts.
    const once = { key, fingerprint, isOnlyRepeat: () => isWithdrawn || !isStillWanted(given) };
    const result = fitting.ok ? await fleet.execute(nodeId, fitting.value, actor, once) : fitting;
    if (!result.ok) {
      const { problem } = result;
      return UNANSWERED.has(problem.code)
        ? () => failed(problem)
        : () => this.#answer(given, { kind: 'refused', problem });
    }
    const operationId = result.value.operation?.id ?? result.value.repeatOf;
    if (operationId !== null) return () => this.#answer(given, { kind: 'taken', operationId });
    const detail = `${command.kind} gave no operation that could be waited for.`;
    return () => this.#answer(given, { kind: 'refused', problem: { code: 'internal', detail } });
  }

  #answer({ nodeId, attempt, status }: RolloutNodeCommand, answer: AnswerRequest['answer']): void {
    this.#options.answered({ kind: 'RecordAnswer', nodeId, attempt, status, answer });
  }
}

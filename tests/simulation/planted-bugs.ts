/** Typical bugs, as edits of the real sources: a simulation that does not find them proves nothing. */

interface Edit {
  /** Relative to the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'no sync before the act',
    edits: [
      {
        file: 'packages/agent/src/agent-shell.ts',
        find: 'await this.#journal.append(entries);',
        replace: 'void this.#journal.append(entries);',
      },
    ],
  },
  {
    name: 'generation ignored',
    edits: [
      {
        file: 'packages/core/src/drain/decide-report.ts',
        find: 'report.generation >= node.turnedAtGeneration &&',
        replace: '',
      },
    ],
  },
  {
    name: 'acknowledgement lost',
    edits: [
      {
        file: 'packages/core/src/agent/act-updates.ts',
        find: '.filter((act) => !act.isAcknowledged)',
        replace: '.filter((act) => act.end === null)',
      },
    ],
  },
  {
    name: 'deadline only on the agent',
    edits: [
      {
        file: 'packages/server/src/fleet/fleet.ts',
        find: 'this.#due.set(nodeId, state);',
        replace: '',
      },
    ],
  },
  {
    name: 'terminal state reopened',
    edits: [
      {
        file: 'packages/core/src/operation/decide-update.ts',
        find: 'if (operation === undefined || !isAct(operation) || isTerminal(operation.status)) return;',
        replace: 'if (operation === undefined || !isAct(operation)) return;',
      },
      {
        file: 'packages/core/src/operation/evolve-operation.ts',
        find: 'if (operation === undefined || isTerminal(operation.status)) return node;',
        replace: 'if (operation === undefined) return node;',
      },
    ],
  },
  {
    name: 'an act is begun without permission',
    edits: [
      {
        file: 'packages/core/src/agent/acts.ts',
        find: "if (known === undefined) record(draft, { kind: 'act-accepted', start });",
        replace: `if (known === undefined) record(draft, { kind: 'act-accepted', start });
          draft.state = { ...draft.state, permitted: [...draft.state.permitted, operationId] };`,
      },
    ],
  },
  {
    name: 'a machine is rebooted once more',
    edits: [
      {
        file: 'packages/core/src/agent/resume-acts.ts',
        find: 'if (act.reboot !== undefined) {',
        replace: 'if (act.reboot !== undefined && act.reboot.bootId !== draft.state.bootId) {',
      },
    ],
  },
  {
    name: 'what becomes of nodes is not counted',
    edits: [
      {
        file: 'packages/server/src/fleet/fleet.ts',
        find: 'this.budgets.nodeChanged(this.#members.get(nodeId)?.state ?? null, state);',
        replace: '',
      },
    ],
  },
  {
    name: 'a restart that is queued takes no place',
    edits: [
      {
        file: 'packages/core/src/budget/unavailable.ts',
        find: "statusOf(node) !== 'active' || interruptionOf(node) !== undefined",
        replace: "statusOf(node) !== 'active'",
      },
    ],
  },
  {
    name: 'keys are kept apart from what they stand for',
    edits: [
      {
        file: 'packages/server/src/fleet/write-batch.ts',
        find: 'await turn.commit(changes, answered, beside)',
        replace: 'await turn.commit(changes, [], beside)',
      },
    ],
  },
  {
    name: 'a server that starts blames the agents for its absence',
    edits: [
      {
        file: 'packages/server/src/sessions/leases.ts',
        find: 'Math.max(heardAt, begunAt, this.#from) + leaseMs',
        replace: 'Math.max(heardAt, 0) + leaseMs',
      },
    ],
  },
  {
    name: 'a server that stood still blames the agents',
    edits: [
      {
        file: 'packages/server/src/sessions/leases.ts',
        find: 'this.#from = this.#options.clock.now();\n    this.#options.logger',
        replace: 'this.#options.logger',
      },
    ],
  },
  {
    name: 'a cancelled rollout goes on',
    edits: [
      {
        file: 'packages/core/src/rollout/step-rollout.ts',
        find: "if (this.#state.header.status === 'running') this.#goOn();",
        replace: "if (['running', 'cancelling'].includes(this.#state.header.status)) this.#goOn();",
      },
    ],
  },
  {
    name: 'a node has its turn once more',
    edits: [
      {
        file: 'packages/core/src/rollout/begin-nodes.ts',
        find: "if (entry?.status !== 'pending') continue;",
        replace: "if (entry?.status !== 'pending' && entry?.status !== 'succeeded') continue;",
      },
    ],
  },
  {
    name: 'a rollout waits for ever',
    edits: [
      {
        file: 'packages/core/src/rollout/step-rollout.ts',
        find: 'if (idleMs < stallSeconds * 1000) {',
        replace: 'if (idleMs < Infinity) {',
      },
    ],
  },
  {
    name: 'a rollout is started at each of several servers',
    edits: [
      {
        file: 'packages/core/src/rollout/decide-rollout.ts',
        find: 'return state === null ? decideStart(request, context) : unchanged(state);',
        replace: 'return decideStart(request, context);',
      },
    ],
  },
  {
    name: 'a server decides on what was, not on what others have committed',
    edits: [
      {
        file: 'packages/server/src/fleet/missed.ts',
        find: 'states: new Map(nodes.map(',
        replace: 'states: new Map(nodes.slice(1).map(',
      },
    ],
  },
];

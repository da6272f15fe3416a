/** The agent as it starts, the hello that it opens a session with, and when it wants to be woken. */
import type { AgentProof, Hello, Load, NodeIdentity, Resources, WorkloadReport } from '@sluice/contract';
import { updatesToSend } from './act-updates.ts';
import { commandsOf, NOT_CONVERGED, rebootOfferOf, type AgentSettings, type AgentState } from './agent-state.ts';
import { convergenceInstants } from './converge.ts';
import { type JournalEntry, replayJournal } from './journal.ts';
import { mayReplaceAt } from './out-of-rotation.ts';

export const UNKNOWN_LOAD: Load = { sessions: null, cpuPercent: null, memoryBytes: null, problem: null };

/**
 * Before anything was seen; the first input is `AgentStarted`. Out of rotation until it is known that the node may serve.
 * @param bootId What tells this boot of the machine from every other; `null`: nobody can tell.
 */
export function startAgentState(
  settings: AgentSettings,
  entries: readonly JournalEntry[],
  workload: WorkloadReport,
  bootId: string | null = null,
): AgentState {
  return {
    settings,
    bootId,
    journal: replayJournal(entries),
    isConnected: false,
    workload,
    load: UNKNOWN_LOAD,
    offered: null,
    reading: { kind: 'none' },
    convergence: NOT_CONVERGED,
    performing: null,
    permitted: [],
    nextToken: 1,
    reported: null,
    rotation: { word: 'drain', reason: 'the agent is starting' },
    rotationConfirmedAt: null,
    rotationProblem: null,
  };
}

/** Characters of an update. A hello has 64 KiB for everything: how a few acts ended fits, their whole output does not. */
const HELLO_UPDATE_LENGTH_MAX = 1024;
const HELLO_UPDATES_MAX = 16;

export interface AgentIdentity {
  readonly protocolVersions: readonly number[];
  readonly agentVersion: string;
  readonly instanceId: string;
  readonly proof: AgentProof | null;
  readonly node: NodeIdentity;
  readonly resources: Resources;
}

/** The first message of a session: who this is, and everything that the server must know to go on. */
export function helloOf(state: AgentState, identity: AgentIdentity): Hello {
  const { generation, availability, holds } = state.journal;
  const reboot = rebootOfferOf(state);
  return {
    kind: 'hello',
    protocolVersions: [...identity.protocolVersions],
    agentVersion: identity.agentVersion,
    instanceId: identity.instanceId,
    proof: identity.proof,
    node: identity.node,
    resources: identity.resources,
    commands: [...commandsOf(state)],
    ...(reboot === null ? {} : { reboot }),
    availability: { generation, availability, holds: [...holds] },
    workload: state.workload,
    load: state.load,
    // What is too long for a hello is said right after the welcome, with everything else that is not acknowledged.
    journal: updatesToSend(state)
      .filter((update) => JSON.stringify(update).length <= HELLO_UPDATE_LENGTH_MAX)
      .slice(-HELLO_UPDATES_MAX),
  };
}

/** Epoch milliseconds after `now` at which time alone leads further; `null`: never. What was due until now has had its turn. */
export function agentWakeAt(state: AgentState, now: number): number | null {
  const { performing } = state;
  const instants = [...convergenceInstants(state)];
  if (performing?.kind === 'leaving-rotation') instants.push(mayReplaceAt(state, performing) ?? performing.endBy);
  if (performing?.kind === 'waiting-for-health' || performing?.kind === 'rebooting') instants.push(performing.until);
  const ahead = instants.filter((instant) => instant > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

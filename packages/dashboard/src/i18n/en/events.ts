/** What happened, in a sentence that follows the name of the node. */
import type { EventFacts } from '../../fleet-view/event-facts.ts';

const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`);
const nodesInWords = (count: number): string => `${count} ${count === 1 ? 'node' : 'nodes'}`;
const left = (sessions: number | null): string =>
  sessions === null ? '' : `, with ${sessions} ${sessions === 1 ? 'session' : 'sessions'} on it`;

export const events: Readonly<Record<string, (facts: EventFacts) => string>> = {
  NodeRegistered: () => 'joined the fleet',
  NodeDescribed: () => 'describes itself anew',
  NodeForgotten: () => 'was taken out of the fleet',
  AgentEnrolled: () => 'was let in for the first time',
  AgentKeyRotated: () => 'has a new key',
  AgentKeyRotationRequested: () => 'is to get a new key',
  AgentCredentialsRevoked: ({ reason }) => `lost its credentials${because(reason)}`,
  AgentConnected: () => 'is connected',
  AgentDisconnected: ({ outcome }) => `is not connected any more${because(outcome)}`,
  LeaseExpired: () => 'is offline: nothing was heard of it for a whole lease',
  WorkloadChanged: ({ workload, problem }) =>
    workload === 'unwell'
      ? `its workload is not well${because(problem)}`
      : `its workload is ${workload === 'well' ? 'running' : workload}`,
  HoldPlaced: ({ hold, reason }) => `is held out of rotation as “${hold}”${because(reason)}`,
  HoldReleased: ({ hold, outcome }) => `the hold “${hold}” was released (${outcome})`,
  HoldExpiryDeferred: ({ hold, problem }) => `the hold “${hold}” stays beyond its time${because(problem)}`,
  AvailabilityRecovered: () => 'told of a newer wish than the server knew',
  AvailabilityWished: () => 'is wanted otherwise',
  DrainProgressed: ({ sessions, problem }) => `drains${left(sessions)}${because(problem)}`,
  DrainDeadlineReached: ({ sessions }) => `its drain reached the deadline${left(sessions)}`,
  NodeDrained: () => 'is drained',
  NodeNoLongerEmpty: ({ sessions }) => `drains again${left(sessions)}`,
  NodeActivated: () => 'is back in rotation',
  ActivationHindered: ({ problem }) => `cannot come back into rotation yet${because(problem)}`,
  OperationRequested: ({ command, reason }) => `${command} was asked for${because(reason)}`,
  OperationDeliverable: () => 'its operation can be delivered',
  OperationStarted: () => 'its operation has begun',
  OperationProgressed: () => 'its operation gets on',
  OperationCancelRequested: ({ reason }) => `its operation is to be cancelled${because(reason)}`,
  OperationConfirmationNeeded: ({ problem }) => `its operation waits for somebody to confirm it${because(problem)}`,
  OperationConfirmed: () => 'its operation was confirmed',
  OperationEnded: ({ outcome, problem }) => `its operation ended: ${outcome}${because(problem)}`,
  MetadataReplaced: () => 'has other metadata',
  RolloutStarted: ({ nodes }) => `a rollout was started${nodes === null ? '' : ` over ${nodesInWords(nodes)}`}`,
  RolloutPaused: ({ problem }) => `the rollout was paused${because(problem)}`,
  RolloutResumed: ({ reason }) => `the rollout was resumed${because(reason)}`,
  RolloutApproved: ({ reason }) => `the first nodes of the rollout were approved${because(reason)}`,
  RolloutCancelled: ({ reason }) => `the rollout is to be cancelled${because(reason)}`,
  RolloutAborted: ({ problem }) => `the rollout was given up${because(problem)}`,
  RolloutRetried: ({ nodes, reason }) => `its ${nodesInWords(nodes ?? 0)} that failed are retried${because(reason)}`,
  RolloutNodesJoined: ({ nodes }) => `${nodesInWords(nodes ?? 0)} joined that the rollout would match`,
  RolloutNodeBegun: () => 'had its turn in the rollout',
  RolloutNodeOperationRequested: ({ step }) => `was told what to do for the rollout (${step})`,
  RolloutNodeAdvanced: ({ step }) => `is at its next step in the rollout (${step})`,
  RolloutNodeHealthChanged: ({ problem }) =>
    problem === '' ? 'is as the rollout wants it' : `is not as the rollout wants it: ${problem}`,
  RolloutNodePutBack: ({ problem }) => `waits for another turn in the rollout${because(problem)}`,
  RolloutNodeEnded: ({ outcome, problem }) => `its turn in the rollout ended: ${outcome}${because(problem)}`,
  RolloutEnded: ({ outcome, problem }) => `the rollout ended: ${outcome}${because(problem)}`,
  BudgetSet: ({ budget }) => `the budget “${budget}” was set`,
  BudgetRemoved: ({ budget }) => `the budget “${budget}” was removed`,
  BudgetOverridden: ({ budget, reason }) => `was forced although no place was left in “${budget}”${because(reason)}`,
  SlotTaken: ({ budget, slot }) => `${slot} took a slot of “${budget}”`,
  SlotReleased: ({ budget, slot, outcome }) =>
    `the slot of ${slot} in “${budget}” was ${outcome === 'freed' ? 'freed by hand' : 'given back'}`,
};

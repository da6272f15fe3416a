/** What an event tells, in the few fields that a sentence about it needs; and whether a person wants to hear of it at all. */
import type { ClientEvent } from '@sluice/client';
import { ROLLOUT_STORY } from './rollout-events.ts';

export interface EventFacts {
  readonly command: string;
  readonly hold: string;
  readonly reason: string;
  /** An operation's end, or why a hold was released. */
  readonly outcome: string;
  /** What is wrong, in the words of server or agent. */
  readonly problem: string;
  /** `null`: nobody could count, or it is not about sessions. */
  readonly sessions: number | null;
  /** Of a rollout: so many of its nodes; `null`: it is not about nodes of a rollout. */
  readonly nodes: number | null;
  /** The step that a node of a rollout is at, as the API has it; empty: none. */
  readonly step: string;
  /** Of a budget, or of the budget in which a slot is. */
  readonly budget: string;
  /** Who holds a slot. */
  readonly slot: string;
  /** How the workload is; `unwell` is what is neither of the others. */
  readonly workload: 'well' | 'starting' | 'stopping' | 'stopped' | 'unwell';
}

export function factsOf(event: ClientEvent): EventFacts {
  const operation = recordIn(event['operation']);
  const hold = recordIn(event['hold']);
  const workload = recordIn(event['workload']);
  const error = recordIn(event['error']);
  const sessions = event['sessionsRemaining'];
  const slot = recordIn(event['slot']);
  return {
    command: textIn(operation['command']) || textIn(event['command']),
    hold: textIn(hold['name']) || textIn(event['name']) || textIn(event['hold']),
    reason: textIn(operation['reason']) || textIn(hold['reason']) || textIn(event['reason']),
    outcome: textIn(event['status']) || textIn(event['why']),
    problem:
      textIn(event['problem']) ||
      textIn(workload['problem']) ||
      textIn(error['message']) ||
      textIn(event['error']) ||
      textIn(event['detail']) ||
      textIn(event['because']) ||
      (textIn(workload['phase']) === 'running' ? '' : textIn(workload['phase'])),
    sessions: typeof sessions === 'number' ? sessions : null,
    nodes: nodesIn(event),
    step: event.kind.startsWith('RolloutNode') ? textIn(event['status']) : '',
    budget: textIn(recordIn(event['budget'])['name']) || namesIn(event['budgets']) || textIn(slot['group']),
    slot: textIn(slot['id']),
    workload: workloadIn(workload),
  };
}

function nodesIn({ nodes, nodeIds, others }: ClientEvent): number | null {
  if (Array.isArray(nodeIds)) return nodeIds.length + (typeof others === 'number' ? others : 0);
  return typeof nodes === 'number' ? nodes : null;
}

function workloadIn({ phase, healthy, problem }: Readonly<Record<string, unknown>>): EventFacts['workload'] {
  if (textIn(problem) !== '') return 'unwell';
  if (phase === 'starting' || phase === 'stopping' || phase === 'stopped') return phase;
  return phase === 'running' && healthy !== false ? 'well' : 'unwell';
}

/** What began, what ended, what went wrong; not how far each drain is, nor what follows from another event that is told. */
export const TOLD_KINDS: readonly string[] = [
  'NodeRegistered',
  'NodeForgotten',
  'AgentDisconnected',
  'LeaseExpired',
  'AgentConnected',
  'AgentCredentialsRevoked',
  'HoldExpiryDeferred',
  'AvailabilityRecovered',
  'DrainDeadlineReached',
  'NodeDrained',
  'NodeNoLongerEmpty',
  'ActivationHindered',
  'OperationRequested',
  'OperationCancelRequested',
  'OperationConfirmationNeeded',
  'OperationEnded',
  'MetadataReplaced',
  'HoldReleased',
  'WorkloadChanged',
  ...ROLLOUT_STORY,
  'BudgetSet',
  'BudgetRemoved',
  'BudgetOverridden',
  'SlotTaken',
  'SlotReleased',
];

export function isTold(event: ClientEvent): boolean {
  const { kind } = event;
  // The end of an undrain or of the operation tells of the others.
  if (kind === 'HoldReleased') return ['expired', 'deadline-cancelled'].includes(textIn(event['why']));
  if (kind === 'WorkloadChanged') {
    const { phase, healthy } = recordIn(event['workload']);
    return phase === 'crashed' || phase === 'cannot-start' || healthy === false;
  }
  return TOLD_KINDS.includes(kind);
}

function namesIn(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map((item) => textIn(recordIn(item)['name'])).join(', ');
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

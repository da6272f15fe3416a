/** What is asked of the fleet: of a node, or beside the nodes (who may do what, webhooks, budgets, slots). */
import type { Actor } from '@sluice/contract';
import type { Command, Result } from '@sluice/core';
import type { Beside } from '../store/store.ts';
import type { KnownBudgets } from './budget-book.ts';
import type { Executed, Once } from './execution.ts';
import type { DecidedRollout } from './stored-rollouts.ts';
import type { KnownTokens } from './token-book.ts';
import type { KnownWebhooks } from './webhook-book.ts';

export type Request = NodeRequest | AccessRequest;

export interface NodeRequest {
  readonly kind: 'node';
  readonly nodeId: string;
  readonly command: Command;
  readonly actor: Actor;
  /** `null`: a repetition of it could not be told from a new request. */
  readonly once: Once | null;
  /** W3C trace context; absent: nobody traces it. */
  readonly traceparent?: string | undefined;
  /** The agent's session that it was said in; absent: no agent said it. */
  readonly saidIn?: string | undefined;
  /** Whether it waits for a store that is away. */
  readonly isPatient: boolean;
  readonly resolve: (result: Result<Executed>) => void;
}

/** What somebody who waits for the answer asks of a node. */
export type AskedOfNode = Pick<NodeRequest, 'nodeId' | 'command' | 'actor' | 'once' | 'traceparent'>;

/** Decides at its turn what becomes of tokens, webhooks, budgets, slots and rollouts, or just notes what has happened. */
export interface AccessRequest {
  readonly kind: 'access';
  readonly decide: AccessDecision;
  /** Who asks; `null`: nobody does, it has happened or is decided by the server itself. */
  readonly by: Actor | null;
  readonly isPatient: boolean;
  readonly resolve: (result: Result<null>) => void;
}

/** What of it is not as usual. */
export type AccessOptions = Partial<Pick<AccessRequest, 'by' | 'isPatient'>>;

/**
 * @param tokens As the commands before this one leave them.
 * @param webhooks The same for webhooks.
 * @param budgets The same for budgets, their arithmetic and their slots: two who decide here never both take a last place.
 */
export type AccessDecision = (
  tokens: KnownTokens,
  now: number,
  webhooks: KnownWebhooks,
  budgets: KnownBudgets,
) => Result<AccessDecided>;

/** What is committed together; what is absent does not change. */
export type AccessDecided = Pick<Required<Beside>, 'tokens' | 'notes'> &
  Beside & {
    /** Who changes a rollout does so once at a time: none is changed twice in one batch. */
    readonly rollouts?: readonly DecidedRollout[];
  };

/** Nobody waits for it to the millisecond: an agent that comes, or one that was lost. Who says goodbye is gone at once. */
export function isUnhurried(request: Request): boolean {
  if (request.kind !== 'node') return false;
  const { command } = request;
  return command.kind === 'RegisterNode' || (command.kind === 'RecordDisconnect' && !command.goodbye);
}

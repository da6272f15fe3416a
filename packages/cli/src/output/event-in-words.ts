/** Events in a few words beside their kind: what the line of a feed has room for. */
import type { ClientEvent } from '@sluice/client';
import { isRecord } from '../is-record.ts';
import { countInWords } from './count-in-words.ts';

/** What the kind alone does not tell; empty when it tells all. Fields that are not as expected are passed over. */
export function eventInWords(event: ClientEvent): string {
  switch (event.kind) {
    case 'HoldPlaced':
      return isRecord(event['hold']) ? joined([text(event['hold']['name']), text(event['hold']['reason'])], ': ') : '';
    case 'HoldReleased':
      return joined([text(event['name']), text(event['why'])], ' ');
    case 'HoldExpiryDeferred':
      return joined([text(event['name']), text(event['because'])], ': ');
    case 'AvailabilityWished':
      return text(event['availability']);
    case 'DrainProgressed':
      return joined([text(event['phase']).replaceAll('-', ' '), sessions(event), text(event['problem'])], ', ');
    case 'DrainDeadlineReached':
    case 'NodeNoLongerEmpty':
      return sessions(event);
    case 'NodeDrained':
      return isRecord(event['evidence']) ? text(event['evidence']['kind']).replaceAll('-', ' ') : '';
    case 'ActivationHindered':
      return text(event['problem']);
    case 'AgentDisconnected':
      return text(event['why']);
    case 'WorkloadChanged':
      return isRecord(event['workload'])
        ? joined(
            [text(event['workload']['phase']), health(event['workload']), text(event['workload']['problem'])],
            ', ',
          )
        : '';
    case 'OperationRequested':
      return isRecord(event['operation'])
        ? joined([text(event['operation']['command']), text(event['operation']['reason'])], ': ')
        : '';
    case 'OperationProgressed':
      return text(event['phase']);
    case 'OperationEnded':
      return joined([text(event['status']), failure(event['error'])], ': ');
    case 'OperationCancelRequested':
      return text(event['reason']);
    case 'OperationConfirmationNeeded':
      return text(event['because']);
    case 'TokenCreated':
    case 'TokenRevoked':
      return isRecord(event['token']) ? joined([text(event['token']['name']), grant(event['token'])], ': ') : '';
    case 'WebhookCreated':
    case 'WebhookChanged':
    case 'WebhookSecretRotated':
    case 'WebhookRemoved':
      return isRecord(event['webhook'])
        ? joined(
            [joined([text(event['webhook']['name']), text(event['webhook']['origin'])], ': '), text(event['reason'])],
            ', ',
          )
        : '';
    case 'RolloutStarted':
    case 'RolloutRetried':
      return joined([text(event['rolloutId']), count(event['nodes'], 'node')], ', ');
    case 'RolloutPaused':
    case 'RolloutAborted':
    case 'RolloutResumed':
    case 'RolloutApproved':
    case 'RolloutCancelled':
      return joined([text(event['rolloutId']), text(event['detail']) || text(event['reason'])], ': ');
    case 'RolloutNodesJoined':
      return joined([text(event['rolloutId']), ...texts(event['nodeIds']), others(event['others'])], ' ');
    case 'RolloutNodeBegun':
    case 'RolloutNodeAdvanced':
    case 'RolloutNodeOperationRequested':
      return joined([text(event['rolloutId']), text(event['status']), text(event['operationId'])], ' ');
    case 'RolloutNodeHealthChanged':
    case 'RolloutNodePutBack':
    case 'RolloutNodeEnded':
    case 'RolloutEnded':
      return joined(
        [joined([text(event['rolloutId']), text(event['status'])], ' '), text(event['detail']) || text(event['error'])],
        ': ',
      );
    case 'BudgetSet':
    case 'BudgetRemoved':
      return isRecord(event['budget']) ? joined([text(event['budget']['name']), terms(event['budget'])], ': ') : '';
    case 'BudgetOverridden':
      return joined([names(event['budgets']), text(event['reason'])], ': ');
    case 'SlotTaken':
    case 'SlotReleased':
      return isRecord(event['slot'])
        ? joined([`${text(event['slot']['id'])} in ${text(event['slot']['group'])}`, freed(event['why'])], ', ')
        : '';
    case 'RequestRefused':
      return joined([text(event['route']), text(event['code'])], ': ');
    case 'LoginRefused':
    case 'AgentCredentialsRevoked':
      return text(event['reason']);
    case 'AgentEnrolled':
      return `with ${text(event['joinTokenId'])}`;
    default:
      return '';
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function count(value: unknown, thing: string): string {
  return typeof value === 'number' ? countInWords(value, thing) : '';
}

function others(value: unknown): string {
  return typeof value === 'number' && value > 0 ? `and ${value} more` : '';
}

function sessions(event: ClientEvent): string {
  const left = count(event['sessionsRemaining'], 'session');
  return left === '' ? '' : `${left} left`;
}

function health(workload: Readonly<Record<string, unknown>>): string {
  return workload['healthy'] === true ? 'healthy' : workload['healthy'] === false ? 'not healthy' : '';
}

function freed(why: unknown): string {
  return why === 'freed' ? 'freed by hand' : '';
}

function grant(token: Readonly<Record<string, unknown>>): string {
  if (token['kind'] === 'join') return 'join token';
  const selector = text(token['selector']);
  return joined([text(token['role']), selector === '' ? '' : `of ${selector}`], ' ');
}

function terms(budget: Readonly<Record<string, unknown>>): string {
  const selector = text(budget['selector']);
  return `${String(budget['maxUnavailable'])} of ${selector === '' ? 'all nodes' : `the nodes with ${selector}`}`;
}

function names(budgets: unknown): string {
  if (!Array.isArray(budgets)) return '';
  return budgets.flatMap((budget: unknown) => (isRecord(budget) ? [text(budget['name'])] : [])).join(', ');
}

function failure(error: unknown): string {
  return isRecord(error) ? text(error['message']) : '';
}

function joined(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator);
}

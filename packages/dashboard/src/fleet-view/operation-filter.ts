/** Which operations are listed: as it stands in the URL, in the names that the API's list has. */
import type { Operation, OperationStatus } from '@sluice/contract';
import { isTerminal } from '@sluice/core';

/** In the order in which an operation goes through them. */
export const OPERATION_STATUSES: readonly OperationStatus[] = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
];

/** Empty: all. */
export interface OperationFilter {
  readonly node: string;
  readonly by: string;
  readonly command: string;
  readonly statuses: readonly OperationStatus[];
}

/** Statuses that there are not are passed over. */
export function operationFilterIn(search: URLSearchParams): OperationFilter {
  const statuses = (search.get('status') ?? '').split(',');
  return {
    node: search.get('node') ?? '',
    by: search.get('by') ?? '',
    command: search.get('command') ?? '',
    statuses: OPERATION_STATUSES.filter((status) => statuses.includes(status)),
  };
}

/** As the URL has it; what is no filter is not in it. */
export function operationSearch({ node, by, command, statuses }: OperationFilter): URLSearchParams {
  const values = { node, by, command, status: statuses.join(',') };
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
}

/**
 * What to ask of the API for one half of the list: what is under way, or what has ended.
 * @returns `null`: the filter wants nothing of this half.
 */
export function operationQuery(
  { statuses, ...filter }: OperationFilter,
  half: 'under-way' | 'ended',
): Readonly<Record<string, string>> | null {
  const wanted = (statuses.length === 0 ? OPERATION_STATUSES : statuses).filter(
    (status) => isTerminal(status) === (half === 'ended'),
  );
  if (wanted.length === 0) return null;
  return Object.fromEntries(operationSearch({ ...filter, statuses: wanted }));
}

/** What is under way, then what has ended, each the newest first. An operation that ended while it was read is told once. */
export function operationsInOrder(underWay: readonly Operation[], ended: readonly Operation[]): readonly Operation[] {
  const hasEnded = new Set(ended.map(({ id }) => id));
  return [...underWay.filter(({ id }) => !hasEnded.has(id)), ...ended];
}

/** The filter of operations, in the URL and back. */
import type { Operation } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { operationFilterIn, operationQuery, operationSearch, operationsInOrder } from './operation-filter.ts';
import { operationFixture } from './operation-fixture.ts';

describe('the filter in the URL', () => {
  test('comes back as it went in', () => {
    const search = new URLSearchParams('node=lobby-1&by=alice&command=drain&status=queued,failed');
    expect(operationSearch(operationFilterIn(search)).toString()).toBe(
      'node=lobby-1&by=alice&command=drain&status=queued%2Cfailed',
    );
  });

  test('what is not said is no filter, and a status that there is not is passed over', () => {
    expect(operationSearch(operationFilterIn(new URLSearchParams('status=gone&else=1'))).toString()).toBe('');
  });
});

describe('what is asked of the API', () => {
  const filter = operationFilterIn(new URLSearchParams('node=lobby-1'));

  test('both halves, when no status is wanted', () => {
    expect(operationQuery(filter, 'under-way')).toEqual({ node: 'lobby-1', status: 'queued,running' });
    expect(operationQuery(filter, 'ended')).toEqual({ node: 'lobby-1', status: 'succeeded,failed,cancelled,expired' });
  });

  test('only the half that has the status', () => {
    const failed = operationFilterIn(new URLSearchParams('status=failed'));
    expect(operationQuery(failed, 'under-way')).toBeNull();
    expect(operationQuery(failed, 'ended')).toEqual({ status: 'failed' });
  });
});

test('an operation that ended between the two answers is told once, as it ended', () => {
  const of = (id: string, status: Operation['status']) => operationFixture({ id, status });
  const shown = operationsInOrder([of('b', 'running'), of('a', 'running')], [of('b', 'succeeded')]);
  expect(shown.map(({ id, status }) => `${id} ${status}`)).toEqual(['a running', 'b succeeded']);
});

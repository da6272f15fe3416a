/** `why` names every cause, in sentences that say by whom, since when, and what next. */
import { expect, test } from 'vitest';
import { HEALTHY, LivingNode } from '../node-fixture.ts';
import { whyIsNode } from './why.ts';

function textsOf(living: LivingNode, countProblem: string | null = null): string {
  const { summary, causes } = whyIsNode(living.node, countProblem, living.now, []);
  return [summary, ...causes.map(({ code, text }) => `${code}: ${text}`)].join('\n');
}

test('an active node is active, and says so of nothing else', () => {
  expect(textsOf(LivingNode.registered())).toBe('n1 is active and healthy; its workload started 1 min ago.');
});

test('a probe that cannot be read is named before anybody drains the node', () => {
  expect(textsOf(LivingNode.registered(), 'GET /stats timed out')).toContain(
    'sessions-uncounted: Its sessions cannot be counted',
  );
});

test('a draining node: who holds it and why, whom it waits for, until when', () => {
  const living = LivingNode.registered();
  living.drain({ reason: 'new kernel', timeoutMs: 60_000 });
  living.now += 5000;
  living.report(2);
  const text = textsOf(living);
  expect(text).toContain('n1 is draining for alice: 2 sessions remain.');
  expect(text).toContain("held: alice holds it out of rotation (hold 'operator') for 5 s, because: new kernel.");
  expect(text).toContain('drain-waiting-for-sessions: It waits for 2 sessions to end.');
  expect(text).toContain("deadline-ahead: The deadline of 'operator' is in 55 s; then what remains is ended.");
});

test('an offline node, an unhealthy one, and what failed last', () => {
  const living = LivingNode.registered({
    workload: { ...HEALTHY, healthy: false, problem: 'GET /healthz answered 503.' },
  });
  expect(textsOf(living)).toContain('n1 is unhealthy: GET /healthz answered 503.');
  living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: true, why: 'its agent was stopped on purpose' });
  const restart = living.restart();
  living.pass(600_000);
  const text = textsOf(living);
  expect(text).toContain('n1 is offline: its agent was stopped on purpose.');
  expect(text).toContain(`operation-expired: The last restart (${restart.id}, by alice) expired`);
  expect(text).toContain('never performed');
});

/** Acts that hang on a hold: released, it takes back what has not begun, and lets nothing of it begin later. */
import { expect, test } from 'vitest';
import type { Command } from '../command.ts';
import { LivingNode, RESTART } from '../node-fixture.ts';
import { actOnNode } from '../operation/operation.ts';

const HOLD = 'rollout/ro_1';
const ROLLOUT = { actor: { name: HOLD, address: null } };
const RESTART_WHILE_HELD: Command = { ...RESTART, onlyWhileHeldBy: HOLD };

/** Drained by the rollout. */
function drained(): LivingNode {
  const living = LivingNode.registered();
  living.drain({ hold: HOLD });
  living.report(0);
  return living;
}

test.each([HOLD, null])('the undrain of %s takes back the act of the rollout that has not begun', (hold) => {
  const living = drained();
  const act = living.tell(RESTART_WHILE_HELD, ROLLOUT).operation;
  const undrain = living.undrain(hold);
  expect(living.operation(act?.id ?? '')).toMatchObject({
    status: 'cancelled',
    startedAt: null,
    error: { code: 'undrained', message: `Cancelled by the undrain ${undrain.id} of alice.` },
  });
  expect(actOnNode(living.node)).toBe(null);
});

test('an act that has begun goes on', () => {
  const living = drained();
  const act = living.tell(RESTART_WHILE_HELD, ROLLOUT).operation;
  living.update(act?.id ?? '', { status: 'running' });
  living.undrain(HOLD);
  expect(living.operation(act?.id ?? '').status).toBe('running');
});

test('another hold takes nothing back, nor does one whose name somebody bears by chance', () => {
  const living = drained();
  living.drain({ hold: 'alice' });
  const act = living.restart();
  living.undrain('alice');
  living.undrain(HOLD);
  expect(act.requestedBy).toBe('alice');
  expect(living.operation(act.id).status).toBe('queued');
});

test('once the hold is released its act is refused, and says by whom', () => {
  const living = drained();
  living.must({ kind: 'ReleaseHold', hold: HOLD, reason: 'not this one' });
  expect(living.tell(RESTART_WHILE_HELD, ROLLOUT).refusal).toBe('command-withdrawn');
  expect(living.restart().status).toBe('queued');
});

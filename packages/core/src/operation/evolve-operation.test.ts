/** What a node's state keeps of operations that have ended: what may still be asked of the node itself, and no more. */
import { expect, test } from 'vitest';
import { LivingNode } from '../node-fixture.ts';
import { ENDED_OPERATIONS_KEPT_MAX } from '../node/node.ts';

function run(living: LivingNode): string {
  const command = { kind: 'RunDeclaredCommand', name: 'reload', params: {}, force: false, reason: null } as const;
  return living.must(command)?.id ?? '';
}

function perform(living: LivingNode, status: 'succeeded' | 'failed'): string {
  const id = run(living);
  living.update(id, { sequence: 1, status: 'accepted' });
  living.now += 1000;
  const error = { code: 'failed', message: 'exit code 1' };
  living.update(id, { sequence: 2, status, error: status === 'failed' ? error : null });
  return id;
}

/** Drains it, and puts it back. */
function cycle(living: LivingNode, hold = 'operator'): void {
  living.drain({ hold });
  living.now += 1000;
  living.report(0);
  living.undrain(hold);
  living.now += 1000;
}

const kept = (living: LivingNode) => living.node.operations.map(({ command }) => command);

test('a node that is drained and put back over and over carries its last drain and its last undrain', () => {
  const living = LivingNode.registered();
  for (let round = 0; round < 20; round += 1) cycle(living);
  // The last undrain runs until the agent has confirmed it; the one before it is the last that has ended.
  expect(kept(living)).toEqual(['undrain', 'drain', 'undrain']);
  expect(living.node.operations.filter(({ endedAt }) => endedAt === null)).toHaveLength(1);
});

test('what failed stays until the same is done again', () => {
  const living = LivingNode.registered();
  const failed = perform(living, 'failed');
  cycle(living);
  cycle(living);
  expect(living.operation(failed).status).toBe('failed');
  const succeeded = perform(living, 'succeeded');
  expect(living.node.operations.map(({ id }) => id)).not.toContain(failed);
  expect(living.operation(succeeded).status).toBe('succeeded');
});

test('those that end at the same moment are all there to be told of', () => {
  const living = LivingNode.registered();
  const drains = [living.drain({ hold: 'a' }).id, living.drain({ hold: 'b' }).id];
  living.report(0);
  expect(drains.map((id) => living.operation(id).status)).toEqual(['succeeded', 'succeeded']);
});

test('acts that this server ended stay, for an agent that may be at them, and of those only the last', () => {
  const living = LivingNode.registered();
  const ids = Array.from({ length: ENDED_OPERATIONS_KEPT_MAX + 3 }, () => {
    const id = run(living);
    living.now += 1000;
    living.must({ kind: 'CancelOperation', operationId: id, reason: null });
    return id;
  });
  expect(living.node.operations.map(({ id }) => id)).toEqual(ids.slice(-ENDED_OPERATIONS_KEPT_MAX));
  // It performs one at a time: what it has performed since shows that it is at none of them.
  const performed = perform(living, 'succeeded');
  expect(living.node.operations.map(({ id }) => id)).toEqual([performed]);
});

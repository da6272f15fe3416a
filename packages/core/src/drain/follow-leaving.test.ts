/** The workload's own hold: placed once for each wish, released with it, and never in anybody's way. */
import { describe, expect, test } from 'vitest';
import { hello, HEALTHY, LivingNode, UNASKED } from '../node-fixture.ts';
import { whyIsNode } from '../node/why.ts';

const leaving = (since: number, reason: string | null = 'the host goes away') => ({
  ...HEALTHY,
  leaving: { since, reason },
});

function tell(living: LivingNode, workload: typeof HEALTHY): void {
  living.must({ kind: 'RecordWorkload', workload });
}

const holdsOf = (living: LivingNode) => living.node.holds.map(({ name, owner }) => `${name} of ${owner}`);

describe('a workload that asks to leave', () => {
  test('drains its node under a hold of its own, and is named as the one who asked', () => {
    const living = LivingNode.registered();
    tell(living, leaving(5));
    expect(living.node.holds).toMatchObject([{ name: 'node', owner: 'workload', reason: 'the host goes away' }]);
    expect(living.operation('op_2')).toMatchObject({ command: 'drain', status: 'running', requestedBy: 'workload' });
    const { summary, causes } = whyIsNode(living.node, null, living.now, []);
    expect(summary).toBe('n1 is draining for its workload.');
    expect(causes[0]?.text).toContain('Its workload asked to leave and holds it out of rotation');
    living.report(0);
    expect(living.operation('op_2').status).toBe('succeeded');
  });

  test('is drained once for each wish: who releases its hold is not argued with', () => {
    const living = LivingNode.registered();
    tell(living, leaving(5));
    living.undrain('node');
    tell(living, { ...leaving(5), healthy: false });
    living.must({
      kind: 'RegisterNode',
      hello: hello({ workload: leaving(5) }),
      sessionId: 's2',
      remoteIp: '10.0.0.1',
      credentials: UNASKED,
    });
    expect(living.node.holds).toEqual([]);
    expect(whyIsNode(living.node, null, living.now, []).causes.map(({ code }) => code)).toContain('workload-leaving');
    tell(living, leaving(9));
    expect(holdsOf(living)).toEqual(['node of workload']);
  });

  test('releases its own hold and no other when it stays', () => {
    const living = LivingNode.registered();
    living.drain();
    tell(living, leaving(5));
    tell(living, HEALTHY);
    expect(holdsOf(living)).toEqual(['operator of alice']);
    expect(living.history.at(-2)?.event).toMatchObject({ kind: 'HoldReleased', name: 'node', why: 'workload-stays' });
    living.undrain();
    expect(living.node.holds).toEqual([]);
  });

  test('changes nothing of a hold of that name that is somebody else’s', () => {
    const living = LivingNode.registered();
    living.drain({ hold: 'node' });
    tell(living, leaving(5));
    tell(living, HEALTHY);
    expect(holdsOf(living)).toEqual(['node of alice']);
  });

  test('is heard when it comes back, and so is that it does not ask any more', () => {
    const living = LivingNode.registered();
    const comesBack = (workload: typeof HEALTHY, sessionId: string) =>
      living.must({
        kind: 'RegisterNode',
        hello: hello({ workload, availability: { ...hello().availability, generation: living.node.generation } }),
        sessionId,
        remoteIp: '10.0.0.1',
        credentials: UNASKED,
      });
    living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'lost' });
    comesBack(leaving(5), 's2');
    expect(holdsOf(living)).toEqual(['node of workload']);
    living.must({ kind: 'RecordDisconnect', sessionId: 's2', goodbye: false, why: 'lost' });
    comesBack(HEALTHY, 's3');
    expect(living.node.holds).toEqual([]);
  });

  test('is not held by what a restored server learns back of a wish that is over', () => {
    const before = LivingNode.registered();
    tell(before, leaving(5));
    const { holds, generation } = before.node;
    const restored = new LivingNode();
    restored.must({
      kind: 'RegisterNode',
      hello: hello({ availability: { generation, availability: 'drain', holds: [...holds] } }),
      sessionId: 's1',
      remoteIp: '10.0.0.1',
      credentials: UNASKED,
    });
    expect(restored.node.holds).toEqual([]);
  });
});

test('other commands of a workload are described, the same ones are not described again', () => {
  const living = LivingNode.registered();
  const { commands } = hello();
  living.must({ kind: 'RecordCommands', commands });
  expect(living.eventKinds.filter((kind) => kind === 'NodeDescribed')).toHaveLength(1);
  living.must({ kind: 'RecordCommands', commands: commands.slice(1) });
  expect(living.node.commands.map(({ name }) => name)).toEqual(['wipe']);
  expect(living.node.identity.id).toBe('n1');
});

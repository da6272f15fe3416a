/** When a node that was not heard for a lease is offline, by what whoever noticed it knew. */
import { expect, test } from 'vitest';
import { hello, LivingNode, UNASKED } from '../node-fixture.ts';
import { statusOf } from '../node/status.ts';

const lost = { kind: 'RecordDisconnect', goodbye: false, why: 'the connection was lost' } as const;
const expire = { kind: 'ExpireLease', lastHeardAt: null } as const;

test('a node is offline when nothing was heard since its last session', () => {
  const living = LivingNode.registered();
  living.must({ ...lost, sessionId: 's1' });
  living.must({ ...expire, afterSession: 's1' });
  expect(statusOf(living.node)).toBe('offline');
});

test('one that had a session since, which whoever noticed the silence did not know of, is not', () => {
  const living = LivingNode.registered();
  living.must({ ...lost, sessionId: 's1' });
  const back = { hello: hello(), remoteIp: '10.0.0.1', credentials: UNASKED };
  living.must({ kind: 'RegisterNode', ...back, sessionId: 's2' });
  living.must({ ...expire, afterSession: 's1' });
  living.must({ ...lost, sessionId: 's2' });
  living.must({ ...expire, afterSession: 's1' });
  expect(statusOf(living.node)).not.toBe('offline');
  living.must({ ...expire, afterSession: 's2' });
  expect(statusOf(living.node)).toBe('offline');
});

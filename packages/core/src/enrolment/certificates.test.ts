/** Certificates and keys of one node: neither opens a door that the other closed, and forgetting does not undo a revocation. */
import { expect, test } from 'vitest';
import type { Credentials, JoinGrant } from '../command.ts';
import { hello, LivingNode } from '../node-fixture.ts';
import { NO_ACCESS } from '../node/new-node.ts';
import { liveKeys } from './decide-enrolment.ts';

const GRANT: JoinGrant = { tokenId: 'tok_1', nodeType: null };

function certificate(issuedAt: number): Credentials {
  return { kind: 'certificate', fingerprint: 'f', names: ['n1'], issuedAt };
}

function key(publicKey: string): Credentials {
  return { kind: 'key', publicKey, joinTokenId: 'tok_1' };
}

/** @returns The code of its refusal; `null`: it is in. */
function come(living: LivingNode, credentials: Credentials): string | null {
  living.now += 1000;
  const session = { sessionId: `s${living.now}`, remoteIp: '10.0.0.1' };
  const { refusal } = living.tell(
    { kind: 'RegisterNode', hello: hello(), credentials, ...session },
    { joinGrant: GRANT },
  );
  return refusal;
}

function leave(living: LivingNode): void {
  const session = living.state?.session;
  if (session?.kind !== 'connected') throw new Error('nobody is connected');
  living.must({ kind: 'RecordDisconnect', sessionId: session.sessionId, goodbye: true, why: 'a test' });
}

function forget(living: LivingNode, force: boolean): string | null {
  return living.tell({ kind: 'ForgetNode', force }).refusal;
}

test('a join token does not take over a node whose agent comes by a certificate', () => {
  const living = new LivingNode();
  expect(come(living, certificate(1))).toBeNull();
  leave(living);
  expect(come(living, key('stolen'))).toBe('agent-refused');
  living.must({ kind: 'RevokeAgentCredentials', reason: null });
  expect(come(living, key('own'))).toBeNull();
  expect(come(living, certificate(1))).toBe('agent-refused');
});

test('a node whose certificates were revoked is forgotten only by force: nobody else would know that they were', () => {
  const living = new LivingNode();
  expect(come(living, certificate(1))).toBeNull();
  living.must({ kind: 'RevokeAgentCredentials', reason: null });
  leave(living);
  expect(forget(living, false)).toBe('credentials-revoked');
  expect(forget(living, true)).toBeNull();
});

test('one whose keys were revoked is forgotten as any other: its keys need a join token anyway', () => {
  const living = new LivingNode();
  expect(come(living, key('a'))).toBeNull();
  living.must({ kind: 'RevokeAgentCredentials', reason: null });
  leave(living);
  expect(forget(living, false)).toBeNull();
});

test('an offer that the agent has lost makes room for its next one', () => {
  const living = new LivingNode();
  expect(come(living, key('own'))).toBeNull();
  for (const publicKey of ['lost', 'next']) living.must({ kind: 'OfferKey', publicKey, provedKey: 'own' });
  expect(liveKeys(living.state?.agentAccess ?? NO_ACCESS).map((each) => each.publicKey)).toEqual(['own', 'next']);
  expect(come(living, key('lost'))).toBe('agent-refused');
  expect(come(living, key('next'))).toBeNull();
  expect(living.tell({ kind: 'OfferKey', publicKey: 'another', provedKey: 'own' }).refusal).toBe('agent-refused');
});

/** Who may speak for a node, whatever is asked in whatever order: nobody without a join token, nobody twice over, nobody who was revoked. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command, Credentials, JoinGrant } from '../command.ts';
import { hello, LivingNode } from '../node-fixture.ts';
import { liveKeys, mayStillSpeak } from './decide-enrolment.ts';

const KEYS = ['a', 'b', 'c', 'd'] as const;
const GRANT: JoinGrant = { tokenId: 'tok_1', nodeType: null };

type Deed =
  | { readonly kind: 'hello'; readonly publicKey: string; readonly hasToken: boolean }
  | { readonly kind: 'offer'; readonly publicKey: string; readonly provedKey: string }
  | { readonly kind: 'rotate' | 'revoke' };

const publicKey = fc.constantFrom(...KEYS);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('hello' as const), publicKey, hasToken: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('offer' as const), publicKey, provedKey: publicKey }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rotate' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'revoke' as const }) },
);

function credentialsOf(key: string): Credentials {
  return { kind: 'key', publicKey: key, joinTokenId: 'tok_1' };
}

function commandOf(given: Deed, session: number): Command {
  switch (given.kind) {
    case 'hello':
      return {
        kind: 'RegisterNode',
        hello: hello(),
        sessionId: `s${session}`,
        remoteIp: '10.0.0.1',
        credentials: credentialsOf(given.publicKey),
      };
    case 'offer':
      return { kind: 'OfferKey', publicKey: given.publicKey, provedKey: given.provedKey };
    case 'rotate':
      return { kind: 'RequestKeyRotation' };
    case 'revoke':
      return { kind: 'RevokeAgentCredentials', reason: null };
  }
}

test('keys', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      const living = new LivingNode();
      const revoked = new Set<string>();
      for (const [index, given] of deeds.entries()) {
        const before = living.state === null ? [] : liveKeys(living.state.agentAccess).map((key) => key.publicKey);
        living.now += 1000;
        const joinGrant = given.kind === 'hello' && given.hasToken ? GRANT : null;
        const { refusal } = living.tell(commandOf(given, index), { joinGrant });
        if (living.state === null) continue;
        const { agentAccess } = living.state;
        const live = liveKeys(agentAccess).map((key) => key.publicKey);
        expect(live.length).toBeLessThanOrEqual(2);
        for (const key of before) if (!live.includes(key)) revoked.add(key);
        // What was revoked never opens a session again.
        expect(live.filter((key) => revoked.has(key))).toEqual([]);
        for (const key of revoked) expect(mayStillSpeak(agentAccess, credentialsOf(key))).toBe(false);
        // A key comes in by a join token where there is none, or by the offer of an agent that is in.
        for (const key of live.filter((each) => !before.includes(each))) {
          if (given.kind === 'hello')
            expect({ key, hasToken: given.hasToken, before }).toEqual({
              key: given.publicKey,
              hasToken: true,
              before: [],
            });
          else
            expect(given).toEqual({
              kind: 'offer',
              publicKey: key,
              provedKey: before.find((each) => live.includes(each)),
            });
        }
        if (given.kind === 'hello') {
          const isIn = live.includes(given.publicKey);
          expect(refusal === null).toBe(isIn);
          // Whoever is not let in changes nothing.
          if (!isIn) expect(live).toEqual(before);
        }
        if (given.kind === 'revoke') expect(live).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

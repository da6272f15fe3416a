/** The part of the store's suite about webhooks: what they are, how far each has come, and what could not be delivered. */
import { describe, expect, test } from 'vitest';
import type { OpenedForTest } from './store-suite.ts';
import type { DeadLetter, StoredWebhook, WebhookProgress } from './webhook-store.ts';

/** The tests; `opened` gives the store of the running one. */
export function describeWebhooks(opened: () => OpenedForTest): void {
  describe('webhooks', () => {
    const webhook: StoredWebhook = {
      id: 'wh_b',
      name: 'Bereitschaft 值班',
      url: 'https://hooks.example/a?b=c',
      secret: 'whsec_b25l',
      previousSecret: null,
      previousSecretUntil: null,
      kinds: ['NodeDrained', 'OperationEnded'],
      nodeId: '节点/😀',
      selector: 'game=chess',
      isEnabled: true,
      disabledBecause: null,
      createdBy: 'bob',
      createdAt: 1_800_000_000_000,
      startsAfter: 7,
    };
    const other: StoredWebhook = { ...webhook, id: 'wh_a', createdAt: 1, kinds: null, nodeId: null, selector: null };
    const progress: WebhookProgress = {
      webhookId: webhook.id,
      sequence: 9,
      attempts: 2,
      nextAttemptAt: 1_800_000_000_100,
      failingSince: 1_800_000_000_000,
      problem: 'answered 500',
      deliveredAt: null,
      missed: 3,
      dropped: 4,
    };
    const letter: DeadLetter = {
      webhookId: webhook.id,
      sequence: 5,
      messageId: 'evt_5_1',
      type: 'sluice.NodeDrained',
      nodeId: 'n1',
      at: 1,
      body: '{"id":"evt_5_1"}',
      attempts: 10,
      failedAt: 1_800_000_000_000,
      problem: 'answered 500',
    };
    const made = (webhooks: readonly StoredWebhook[]) => webhooks.map((each) => ({ id: each.id, webhook: each }));

    test('are kept, replaced and removed in the commit of their notes, oldest first', async () => {
      const { store } = opened();
      await store.commit([], [], { webhooks: made([webhook, other]) });
      const noted = { kind: 'WebhookChanged', at: 5, body: {} };
      const changed: StoredWebhook = {
        ...webhook,
        secret: 'whsec_dHdv',
        previousSecret: webhook.secret,
        previousSecretUntil: 1_800_000_900_000,
        kinds: null,
        isEnabled: false,
        disabledBecause: 'gone',
      };
      const notes = [{ nodeId: '', event: noted }];
      expect(await store.commit([], [], { webhooks: made([changed]), notes })).toMatchObject({ noteSequences: [1] });
      const reopened = await opened().reopen();
      expect(await reopened.webhooks.all()).toEqual([other, changed]);
      await reopened.commit([], [], { webhooks: [{ id: other.id, webhook: null }] });
      expect(await reopened.webhooks.all()).toEqual([changed]);
    });

    test('are not written by a commit that is refused', async () => {
      const { store } = opened();
      const conflicting = { nodeId: 'a', expectedRevision: 3, revision: 4, state: {}, events: [], operations: [] };
      expect(await store.commit([conflicting], [], { webhooks: made([webhook]) })).toMatchObject({ ok: false });
      expect(await store.webhooks.all()).toEqual([]);
    });

    test('know how far they have come, and never go back', async () => {
      const { store } = opened();
      await store.commit([], [], { webhooks: made([webhook]) });
      await store.webhooks.recordProgress({ ...progress, sequence: 8, attempts: 1 });
      await store.webhooks.recordProgress(progress);
      await store.webhooks.recordProgress({ ...progress, sequence: 8, attempts: 0 });
      expect(await (await opened().reopen()).webhooks.progress()).toEqual([progress]);
    });

    test('keep dead letters in the order of their events, each once', async () => {
      const { webhooks } = opened().store;
      for (const sequence of [20, 5, 9]) await webhooks.keepDeadLetter({ ...letter, sequence });
      await webhooks.keepDeadLetter({ ...letter, attempts: 11 });
      await webhooks.keepDeadLetter({ ...letter, webhookId: other.id });
      const kept = await webhooks.deadLetters(webhook.id, -1, 10);
      expect(kept.map(({ sequence, attempts }) => [sequence, attempts])).toEqual([
        [5, 11],
        [9, 10],
        [20, 10],
      ]);
      expect(await webhooks.deadLetters(webhook.id, 5, 1)).toEqual([{ ...letter, sequence: 9 }]);
      expect(await webhooks.deadLetter(webhook.id, 5)).toEqual({ ...letter, attempts: 11 });
      expect(await webhooks.deadLetter(webhook.id, 6)).toBeNull();
      await webhooks.removeDeadLetter(webhook.id, 5);
      expect(await webhooks.countDeadLetters(webhook.id)).toBe(2);
      expect(await webhooks.countDeadLetters(other.id)).toBe(1);
    });

    test('drop their oldest dead letters when there are too many', async () => {
      const { webhooks } = opened().store;
      for (const sequence of [1, 2, 3, 4, 5]) await webhooks.keepDeadLetter({ ...letter, sequence });
      expect(await webhooks.dropDeadLetters(webhook.id, 5)).toBe(0);
      expect(await webhooks.dropDeadLetters(webhook.id, 2)).toBe(3);
      expect((await webhooks.deadLetters(webhook.id, -1, 10)).map(({ sequence }) => sequence)).toEqual([4, 5]);
    });

    test('leave nothing behind when they are removed', async () => {
      const { store } = opened();
      await store.commit([], [], { webhooks: made([webhook, other]) });
      for (const webhookId of [webhook.id, other.id]) {
        await store.webhooks.recordProgress({ ...progress, webhookId });
        await store.webhooks.keepDeadLetter({ ...letter, webhookId });
      }
      await store.commit([], [], { webhooks: [{ id: webhook.id, webhook: null }] });
      await store.webhooks.removeOrphans();
      expect((await store.webhooks.progress()).map(({ webhookId }) => webhookId)).toEqual([other.id]);
      expect(await store.webhooks.countDeadLetters(webhook.id)).toBe(0);
      expect(await store.webhooks.countDeadLetters(other.id)).toBe(1);
    });
  });
}

/** Events as they are told to who listens. */
import type { ClientEvent } from '@sluice/client';
import { expect, test } from 'vitest';
import { ToldEvents } from './told-events.ts';

test('everybody who listens hears each event once, until they stop', () => {
  const told = new ToldEvents();
  const event: ClientEvent = {
    sequence: 1,
    nodeId: null,
    kind: 'RolloutStarted',
    at: '2026-01-01T00:00:00.000Z',
    actor: { name: 'alice', address: null },
  };
  const heard: string[] = [];
  const stop = told.listen(() => heard.push('one'));
  told.listen(() => heard.push('other'));
  told.tell(event);
  stop();
  told.tell(event);
  expect(heard).toEqual(['one', 'other', 'other']);
});

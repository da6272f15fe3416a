/** Coming back after a refusal: after as long as is asked for, but not for ever. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AgentConnection } from './agent-connection.ts';

/** Milliseconds after which the agent comes back when its upgrade is answered so. */
function comesBackAfterMs(status: number, retryAfter: string | undefined, random = 0, tries = 1): number {
  const wakes: number[] = [];
  let answer = (): void => undefined;
  const connection = new AgentConnection({
    servers: ['http://server'],
    connect: (_serverUrl, events) => {
      answer = () => {
        events.refused(status, retryAfter);
        events.closed(1006, '');
      };
      return { send: () => undefined, close: () => undefined, ping: () => undefined, terminate: () => undefined };
    },
    clock: {
      now: () => 0,
      wakeAt: (at) => {
        wakes.push(at);
        return () => undefined;
      },
    },
    random: () => random,
    events: {
      hello: () => ({ kind: 'heartbeat' }),
      received: () => undefined,
      credential: () => undefined,
      refused: () => false,
      closed: () => undefined,
      heartbeat: () => undefined,
    },
    logger: pino({ level: 'silent' }),
  });
  for (let count = 0; count < tries; count += 1) {
    connection.start();
    answer();
  }
  return wakes.at(-1) ?? Number.NaN;
}

test.each([
  [503, '7', 7000],
  [503, '0', 0],
  [503, undefined, 0],
  [429, '300', 300_000],
  // What answers in the server's place must not keep the agent away for ever.
  [503, '99999999999999', 300_000],
  [503, '1e308', 300_000],
  [503, 'Infinity', 0],
  [503, '-5', 0],
  [503, 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
  [503, '__proto__', 0],
])('%i with Retry-After %s: after %i ms', (status, retryAfter, ms) => {
  expect(comesBackAfterMs(status, retryAfter)).toBe(ms);
});

test('who is told when waits no longer for having failed before; all who are told the same are spread over a second', () => {
  expect(comesBackAfterMs(429, '3', 0.5, 1)).toBe(3500);
  expect(comesBackAfterMs(429, '3', 0.5, 9)).toBe(3500);
  expect(comesBackAfterMs(503, undefined, 0.5, 9)).toBe(4000);
});

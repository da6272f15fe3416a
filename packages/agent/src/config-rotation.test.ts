/** What `rotation` in agent.yaml comes to, and what is said of a wrong one. */
import { expect, test } from 'vitest';
import { ConfigFaults } from './config-faults.ts';
import { rotationOf } from './config-rotation.ts';

test('a balancer that is only told has confirmed, and needs less time than one that asks', () => {
  const faults = new ConfigFaults();
  const haproxy = { socket: '/run/haproxy/admin.sock', server: 'app/web-1' };
  expect(rotationOf({ haproxy }, false, faults)).toEqual({
    agentCheck: null,
    http: null,
    weight: null,
    haproxy: { address: { kind: 'unix', path: '/run/haproxy/admin.sock' }, server: { backend: 'app', name: 'web-1' } },
    settleMs: 500,
  });
  expect(rotationOf({ haproxy, http: '127.0.0.1:7789' }, false, faults).settleMs).toBe(3000);
  expect(rotationOf({ haproxy: { ...haproxy, socket: '[::1]:9999' } }, false, faults).haproxy?.address).toEqual({
    kind: 'tcp',
    host: '::1',
    port: 9999,
  });
  expect(rotationOf({ agentCheck: '127.0.0.1:7788', weight: { sessionsMax: 40 } }, true, faults).weight).toEqual({
    sessionsMax: 40,
  });
  expect(faults.found).toEqual([]);
});

test('names that could be another command of HAProxy, and weights that nobody can know, are refused', () => {
  const faults = new ConfigFaults();
  rotationOf(
    { haproxy: { socket: 'run/admin.sock', server: 'app/web-1; shutdown sessions server app/web-2' } },
    false,
    faults,
  );
  rotationOf({ weight: { sessionsMax: 40 } }, false, faults);
  expect(faults.found.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
    expect.stringContaining("rotation.haproxy.server 'app/web-1; shutdown"),
    expect.stringContaining("rotation.haproxy.socket 'run/admin.sock' is no address"),
    expect.stringContaining('rotation.weight is told by the agent-check only'),
    expect.stringContaining('rotation.weight follows the sessions, which nobody counts here'),
  ]);
});

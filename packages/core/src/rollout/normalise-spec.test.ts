/** What is filled in where a rollout's request is silent, and what is refused. */
import type { RolloutSpec } from '@sluice/contract';
import { expect, test } from 'vitest';
import { normaliseSpec } from './normalise-spec.ts';

const SPEC: RolloutSpec = { all: true, command: { kind: 'restart' } };

function normal(spec: RolloutSpec, drainTimeoutMs: number | null = null) {
  const normalised = normaliseSpec(spec, { drainTimeoutMs });
  return normalised.ok ? normalised.value : normalised.problem;
}

test('what is not said is filled in', () => {
  expect(normal(SPEC)).toEqual({
    all: true,
    command: { kind: 'restart' },
    order: { by: 'zone' },
    maxUnavailable: 1,
    drainFirst: true,
    drainTimeoutSeconds: 3600,
    onDeadline: 'force',
    undrainAfter: true,
    healthySeconds: 10,
    healthyWithinSeconds: 610,
    maxFailures: 1,
    onFailures: 'pause',
    offline: 'skip',
    includeNew: false,
    stallSeconds: 3600,
  });
});

test('what is whole stays as it is', () => {
  const once = normal({ ...SPEC, metricGate: { url: 'https://metrics.example/ok' } });
  if ('code' in once) throw new Error(once.detail);
  expect(normal(once)).toEqual(once);
  expect(once.metricGate).toEqual({ url: 'https://metrics.example/ok', intervalSeconds: 10, failuresMax: 3 });
});

test.each<[string, Partial<RolloutSpec>, object]>([
  ['a drain does not drain first', { command: { kind: 'drain' } }, { drainFirst: false }],
  [
    'an undrain means the hold of people',
    { command: { kind: 'undrain' } },
    { command: { kind: 'undrain', hold: 'operator' } },
  ],
  ['a reboot drains first', { command: { kind: 'reboot' } }, { drainFirst: true }],
  ['a declared command does not drain first', { command: { kind: 'run', name: 'x' } }, { drainFirst: false }],
  ['who is watched for long has longer to become healthy', { healthySeconds: 3000 }, { healthyWithinSeconds: 3600 }],
])('%s', (_name, wish, expected) => {
  expect(normal({ ...SPEC, ...wish })).toMatchObject(expected);
});

test("drains have the server's own deadline, if it has one", () => {
  expect(normal(SPEC, 90_500)).toMatchObject({ drainTimeoutSeconds: 91 });
});

test.each<[string, RolloutSpec, object]>([
  ['no nodes', { command: { kind: 'restart' } }, { field: 'selector', detail: expect.stringContaining('exactly one') }],
  [
    'nodes twice',
    { ...SPEC, selector: 'a=b' },
    { field: 'selector', detail: expect.stringContaining('more than one') },
  ],
  ['a selector that cannot be read', { selector: 'a>b', command: { kind: 'restart' } }, { code: 'invalid-selector' }],
  ['one node twice', { nodeIds: ['n1', 'n2', 'n1'], command: { kind: 'restart' } }, { field: 'nodeIds' }],
  [
    'newcomers among named nodes',
    { nodeIds: ['n1'], command: { kind: 'restart' }, includeNew: true },
    { field: 'includeNew' },
  ],
  ['a drain before a drain', { ...SPEC, command: { kind: 'drain' }, drainFirst: true }, { field: 'drainFirst' }],
  [
    'a time that nobody can keep',
    { ...SPEC, healthySeconds: 60, healthyWithinSeconds: 60 },
    { field: 'healthyWithinSeconds' },
  ],
  [
    'a zone that is none',
    { ...SPEC, window: { start: '01:00', end: '02:00', timeZone: 'Europe/Nowhere' } },
    { field: 'window.timeZone' },
  ],
  ['a gate that is no address', { ...SPEC, metricGate: { url: 'metrics.example' } }, { field: 'metricGate.url' }],
  [
    'a gate with a password',
    { ...SPEC, metricGate: { url: 'http://u:p@metrics.example/' } },
    { field: 'metricGate.url' },
  ],
])('is refused: %s', (_name, spec, problem) => {
  expect(normal(spec)).toMatchObject({ code: 'invalid-request', ...problem });
});

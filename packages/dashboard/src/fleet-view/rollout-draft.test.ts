/** A rollout as it is filled in, and the request that comes of it. */
import { expect, test } from 'vitest';
import { draftAtFirst, readDraft, type RolloutDraft } from './rollout-draft.ts';

const draft = (otherwise: Partial<RolloutDraft> = {}): RolloutDraft => ({
  ...draftAtFirst({ kind: 'selector', selector: 'type=lobby' }, 'Europe/Berlin'),
  ...otherwise,
});

test('what is there at first is careful and whole: one node after the other, drained first, stopped by the first failure', () => {
  expect(readDraft(draft(), {})).toEqual({
    ok: true,
    spec: {
      selector: 'type=lobby',
      command: { kind: 'restart' },
      order: { by: 'zone' },
      maxUnavailable: 1,
      drainFirst: true,
      drainTimeoutSeconds: 3600,
      onDeadline: 'force',
      undrainAfter: true,
      healthySeconds: 10,
      healthyWithinSeconds: 600,
      maxFailures: 1,
      onFailures: 'pause',
      offline: 'skip',
      includeNew: false,
      stallSeconds: 3600,
    },
  });
});

test.each<[what: string, otherwise: Partial<RolloutDraft>, spec: object]>([
  ['a share', { maxUnavailable: '25 %', maxFailures: '5%' }, { maxUnavailable: '25%', maxFailures: '5%' }],
  [
    'a name, a reason and a canary',
    { name: ' 1.2 ', reason: 'why', canary: '2' },
    { name: '1.2', reason: 'why', canary: 2 },
  ],
  ['by label', { orderBy: 'label', orderLabel: 'rack' }, { order: { by: 'label', label: 'rack' } }],
  ['of another hold', { command: 'undrain', hold: 'kernel' }, { command: { kind: 'undrain', hold: 'kernel' } }],
  [
    'a window',
    { hasWindow: true, windowDays: ['sat', 'sun'], windowStart: '22:00', windowEnd: '04:00' },
    { window: { days: ['sat', 'sun'], start: '22:00', end: '04:00', timeZone: 'Europe/Berlin' } },
  ],
  [
    'a gate',
    { gateUrl: 'https://metrics.example/ok' },
    { metricGate: { url: 'https://metrics.example/ok', intervalSeconds: 10, failuresMax: 3 } },
  ],
  [
    'a command',
    { command: 'run', runName: 'update' },
    { command: { kind: 'run', name: 'update', params: { to: '2' } } },
  ],
])('%s', (_what, otherwise, spec) => {
  expect(readDraft(draft(otherwise), { to: '2' })).toMatchObject({ ok: true, spec });
});

test('what does not belong to a command is not asked for', () => {
  const specOf = (otherwise: Partial<RolloutDraft>) => {
    const read = readDraft(draft(otherwise), {});
    return read.ok ? Object.keys(read.spec) : [];
  };
  expect(specOf({ command: 'undrain' })).not.toContain('drainFirst');
  expect(specOf({ command: 'undrain' })).not.toContain('onDeadline');
  expect(specOf({ command: 'drain' })).toContain('drainTimeoutSeconds');
  expect(specOf({ command: 'drain' })).not.toContain('undrainAfter');
  expect(specOf({ drainFirst: false })).not.toContain('undrainAfter');
});

test.each<[field: string, otherwise: Partial<RolloutDraft>, fault: object]>([
  ['target', { target: { kind: 'selector', selector: '' } }, { kind: 'required' }],
  ['target', { target: { kind: 'nodes', nodeIds: [] } }, { kind: 'required' }],
  ['target', { target: { kind: 'selector', selector: 'lobby' } }, { kind: 'detail' }],
  ['maxUnavailable', { maxUnavailable: '0' }, { kind: 'no-count-or-percent' }],
  ['maxFailures', { maxFailures: '' }, { kind: 'no-count-or-percent' }],
  ['canary', { canary: 'two' }, { kind: 'no-whole-number', least: 1 }],
  ['drainTimeoutMinutes', { drainTimeoutMinutes: '1.5' }, { kind: 'no-whole-number', least: 1, most: 10_080 }],
  ['windowEnd', { hasWindow: true, windowEnd: '24:00' }, { kind: 'no-time-of-day' }],
  ['windowTimeZone', { hasWindow: true, windowTimeZone: 'Berlin' }, { kind: 'no-time-zone' }],
  ['gateUrl', { gateUrl: 'metrics.example' }, { kind: 'no-address' }],
  ['runName', { command: 'run' }, { kind: 'required' }],
  ['orderLabel', { orderBy: 'label' }, { kind: 'required' }],
])('%s: %j is wrong', (field, otherwise, fault) => {
  const read = readDraft(draft(otherwise), {});
  expect(read.ok ? [] : [...read.faults]).toEqual([[field, expect.objectContaining(fault)]]);
});

test('what is not asked for is not looked at', () => {
  expect(readDraft(draft({ windowStart: 'never', gateIntervalSeconds: 'often' }), null).ok).toBe(true);
});

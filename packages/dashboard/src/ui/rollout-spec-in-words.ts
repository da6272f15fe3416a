/** What a rollout was asked for with, as facts that a person reads. What was left to the server is left out. */
import type { RolloutSpec } from '@sluice/contract';
import type { Words } from '../i18n/words.tsx';
import { commandInWords, targetInWords } from './rollout-in-words.ts';

export type Fact = readonly [name: string, fact: string | null];

export function specInWords(spec: RolloutSpec, words: Words): readonly Fact[] {
  const { spec: say } = words.rollouts;
  const { maxUnavailable, canary, offline, includeNew, metricGate, stallSeconds } = spec;
  const duration = (seconds: number) => words.durations.duration(1000 * seconds);
  return [
    [say.nodes, targetInWords(spec, words)],
    [say.command, commandOf(spec, words)],
    [say.atOnce, maxUnavailable === undefined ? null : say.atMost(say.amount(maxUnavailable))],
    [say.order, orderOf(spec, words)],
    [say.drain, drainOf(spec, words)],
    [say.after, afterOf(spec, words)],
    [say.health, healthOf(spec, words)],
    [say.failures, failuresOf(spec, words)],
    [say.canary, canary === undefined ? null : say.canaryOf(canary)],
    [say.window, windowOf(spec, words)],
    [say.offline, offline === undefined ? null : say.offlines[offline]],
    [say.joining, includeNew === undefined ? null : say.joinings[includeNew ? 'taken' : 'reported']],
    [
      say.gate,
      metricGate === undefined
        ? null
        : say.gateOf(metricGate.url, duration(metricGate.intervalSeconds ?? 10), metricGate.failuresMax ?? 3),
    ],
    [say.stall, stallSeconds === undefined ? null : say.stallOf(duration(stallSeconds))],
  ];
}

function commandOf({ command }: RolloutSpec, words: Words): string {
  const { spec: say } = words.rollouts;
  if (command.kind === 'run')
    return say.run(
      command.name,
      Object.entries(command.params ?? {})
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(', '),
    );
  if (command.kind === 'undrain' && command.hold !== undefined) return say.hold(command.hold);
  if (command.kind === 'restart' && command.graceSeconds !== undefined) return say.grace(command.graceSeconds);
  return commandInWords(command, words);
}

function orderOf({ order }: RolloutSpec, { rollouts: { spec: say } }: Words): string | null {
  if (order === undefined) return null;
  return order.by === 'label' ? say.orders.label(order.label) : say.orders[order.by];
}

function drainOf({ command, drainFirst, drainTimeoutSeconds, onDeadline }: RolloutSpec, words: Words): string | null {
  const { spec: say } = words.rollouts;
  if (command.kind === 'undrain') return null;
  if (command.kind !== 'drain' && drainFirst !== true) return drainFirst === undefined ? null : say.noDrain;
  const timeout = drainTimeoutSeconds === undefined ? null : words.durations.duration(1000 * drainTimeoutSeconds);
  return say.drains(timeout, say.onDeadline[onDeadline ?? 'force']);
}

function afterOf({ command, drainFirst, undrainAfter }: RolloutSpec, { rollouts: { spec: say } }: Words) {
  if (command.kind === 'drain' || command.kind === 'undrain' || drainFirst !== true) return null;
  return undrainAfter === false ? say.stays : say.back;
}

function healthOf({ healthySeconds, healthyWithinSeconds }: RolloutSpec, words: Words): string | null {
  if (healthySeconds === undefined || healthyWithinSeconds === undefined) return null;
  const { duration } = words.durations;
  return words.rollouts.spec.healthy(duration(1000 * healthySeconds), duration(1000 * healthyWithinSeconds));
}

function failuresOf({ maxFailures, onFailures }: RolloutSpec, { rollouts: { spec: say } }: Words): string | null {
  if (maxFailures === undefined) return null;
  return say.failuresThen[onFailures ?? 'pause'](say.amount(maxFailures));
}

function windowOf({ window }: RolloutSpec, { rollouts: { spec: say }, newRollout }: Words): string | null {
  if (window === undefined) return null;
  const days = window.days?.map((day) => newRollout.days[day]).join(' ') ?? say.everyDay;
  return say.windowOf(days, window.start, window.end, window.timeZone);
}

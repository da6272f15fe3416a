/** What a rollout is asked for with, in sentences: with the defaults of the API where nothing was said. */
import type { CountOrPercent, RolloutCommand, RolloutSpec } from '@sluice/contract';
import { durationInWords } from '@sluice/core';
import { isRecord } from '../is-record.ts';
import { countInWords, numberInWords } from '../output/count-in-words.ts';
import { windowText } from './window-option.ts';

/** As the API says it: of a specification that does not name them. */
const HEALTHY_SECONDS = 10;
const HEALTHY_WITHIN_SECONDS = 600;
const GATE_INTERVAL_SECONDS = 10;
const GATE_FAILURES_MAX = 3;

/** `restart`, `run reload level=soft`. */
export function commandInWords(command: RolloutCommand): string {
  if (command.kind !== 'run') return command.kind;
  const pairs = Object.entries(isRecord(command.params) ? command.params : {}).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return ['run', command.name, ...pairs].join(' ');
}

/** `restart of 400 nodes that game=chess matches`. */
export function subjectInWords({ command, selector, all }: RolloutSpec, nodes: number): string {
  const which = selector !== undefined ? ` that ${selector} matches` : all === true ? ', the whole fleet' : '';
  return `${commandInWords(command)} of ${countInWords(nodes, 'node')}${which}`;
}

/** What happens to one node, from the first to the last, with arrows between. */
export function stepsInWords(spec: RolloutSpec): string {
  const { command, drainTimeoutSeconds, onDeadline, undrainAfter = true } = spec;
  const isDrained = command.kind === 'drain' || drainsFirst(spec);
  const limits = [
    drainTimeoutSeconds === undefined ? '' : `${seconds(drainTimeoutSeconds)} at most`,
    onDeadline === undefined ? '' : `then ${onDeadline}`,
  ].filter((text) => text !== '');
  const healthy = spec.healthySeconds ?? HEALTHY_SECONDS;
  const within = spec.healthyWithinSeconds ?? HEALTHY_WITHIN_SECONDS;
  return [
    ...(isDrained ? [`drain${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`] : []),
    ...(command.kind === 'drain' ? ['stays drained'] : [commandInWords(command)]),
    ...(drainsFirst(spec) ? [undrainAfter ? 'back into rotation' : 'stays drained'] : []),
    healthy === 0 ? `healthy within ${seconds(within)}` : `healthy for ${seconds(healthy)}, within ${seconds(within)}`,
  ].join(' → ');
}

/** Whether each node is drained before its command. */
function drainsFirst({ command, drainFirst }: RolloutSpec): boolean {
  if (command.kind === 'drain' || command.kind === 'undrain') return false;
  return drainFirst ?? (command.kind === 'restart' || command.kind === 'reboot');
}

/** How many may be out, and who comes first. */
export function paceInWords(spec: RolloutSpec, maxUnavailable: number): string {
  const { maxUnavailable: asked, order, offline = 'skip', includeNew = false } = spec;
  const share = typeof asked === 'string' ? ` (${asked})` : '';
  return [
    `${numberInWords(maxUnavailable)}${share} may be out at once`,
    ...(order === undefined ? [] : [orderInWords(order)]),
    offline === 'skip' ? 'offline ones are skipped' : 'offline ones are waited for',
    ...(includeNew ? ['new ones are taken, too'] : []),
  ].join('; ');
}

function orderInWords(order: NonNullable<RolloutSpec['order']>): string {
  switch (order.by) {
    case 'zone':
      return 'one zone after the other';
    case 'id':
      return 'by id';
    case 'label':
      return `by the label ${order.label}`;
    case 'least-loaded':
      return 'the fewest sessions first';
    case 'random':
      return 'in a random order';
  }
}

/** What makes it stop or wait. */
export function stopsInWords({ maxFailures = 1, onFailures = 'pause', canary }: RolloutSpec): string {
  const failures = `${failuresInWords(maxFailures)}: it ${onFailures === 'pause' ? 'pauses' : 'ends'}`;
  return canary === undefined
    ? failures
    : `${failures}; after the first ${numberInWords(canary)} it waits for an approval`;
}

function failuresInWords(most: CountOrPercent): string {
  if (typeof most === 'string') return `when ${most} have failed`;
  return most === 1 ? 'when one has failed' : `when ${numberInWords(most)} have failed`;
}

/** Windows and gates, which keep nodes from beginning; one line each. */
export function conditionsInWords({ window, metricGate }: RolloutSpec): readonly string[] {
  const gate = metricGate;
  return [
    ...(window === undefined ? [] : [windowText(window)]),
    ...(gate === undefined
      ? []
      : [
          `${gate.url} must answer well (asked every ${seconds(gate.intervalSeconds ?? GATE_INTERVAL_SECONDS)}; ${gate.failuresMax ?? GATE_FAILURES_MAX} bad answers in a row pause it)`,
        ]),
  ];
}

function seconds(count: number): string {
  return durationInWords(count * 1000);
}

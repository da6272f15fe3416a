/** The command line that starts what was planned, to be copied. */
import type { RolloutCommand } from '@sluice/contract';
import { quoteArgument } from '../quote-argument.ts';
import { orderText } from './order-option.ts';
import type { SpecDraft } from './spec-draft.ts';
import { windowText } from './window-option.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
];

/** @param draft What the command line said. @param file The file that said the rest. @param planHash `null`: whatever the plan is then. */
export function startCommand(draft: SpecDraft, file: string | undefined, planHash: string | null): string {
  const { command, nodeIds = [] } = draft;
  const isRun = command?.kind === 'run';
  const words = [
    'sluice',
    'rollouts',
    'start',
    ...(command === undefined ? [] : wordsOf(command)),
    // Without a command the first id would be taken for one.
    ...(command === undefined || isRun ? nodeIds.flatMap((id) => ['--node', id]) : nodeIds),
    ...(file === undefined ? [] : ['--file', file]),
    ...optionsOf(draft).flatMap(([flag, value]) => (value === true ? [flag] : [flag, String(value)])),
    ...(planHash === null ? [] : ['--plan-hash', planHash]),
  ];
  return words.map((word) => (/^--[a-z-]+$/u.test(word) ? word : quoteArgument(word))).join(' ');
}

function wordsOf(command: RolloutCommand): readonly string[] {
  if (command.kind !== 'run') return [command.kind];
  const pairs = Object.entries(command.params ?? {}).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return ['run', command.name, ...pairs];
}

function optionsOf(draft: SpecDraft): readonly (readonly [string, string | number | true])[] {
  const { command, metricGate, drainFirst } = draft;
  const options: readonly (readonly [string, string | number | boolean | undefined])[] = [
    ['--selector', draft.selector],
    ['--all', draft.all],
    ['--name', draft.name],
    ['--reason', draft.reason],
    ['--order', draft.order === undefined ? undefined : orderText(draft.order)],
    ['--offline', draft.offline],
    ['--include-new', draft.includeNew],
    ['--max-unavailable', draft.maxUnavailable],
    ['--drain', drainFirst === true],
    ['--no-drain', drainFirst === false],
    ['--drain-timeout', durationText(draft.drainTimeoutSeconds)],
    ['--on-deadline', draft.onDeadline],
    ['--grace', command?.kind === 'restart' ? durationText(command.graceSeconds) : undefined],
    ['--hold', command?.kind === 'undrain' ? command.hold : undefined],
    ['--no-undrain', draft.undrainAfter === false],
    ['--healthy-for', durationText(draft.healthySeconds)],
    ['--healthy-within', durationText(draft.healthyWithinSeconds)],
    ['--max-failures', draft.maxFailures],
    ['--on-failures', draft.onFailures],
    ['--canary', draft.canary],
    ['--window', draft.window === undefined ? undefined : windowText(draft.window)],
    ['--gate', metricGate?.url],
    ['--gate-every', durationText(metricGate?.intervalSeconds)],
    ['--gate-failures', metricGate?.failuresMax],
    ['--stall-after', durationText(draft.stallSeconds)],
  ];
  const isGiven = (
    option: readonly [string, string | number | boolean | undefined],
  ): option is readonly [string, string | number | true] => option[1] !== undefined && option[1] !== false;
  return options.filter(isGiven);
}

/** `900` as `15m`: what `--drain-timeout` and its like take. */
function durationText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const [size, unit] = UNITS.find(([each]) => seconds > 0 && seconds % each === 0) ?? [1, 's'];
  return `${seconds / size}${unit}`;
}

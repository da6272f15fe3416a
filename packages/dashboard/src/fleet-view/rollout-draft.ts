/** A rollout as somebody fills it in, and the request that comes of it; or which fields are wrong and why. */
import {
  type Json,
  type OnDeadline,
  ROLLOUT_NODES_MAX,
  type RolloutCommand,
  type RolloutOrder,
  type RolloutSpec,
  TIMEOUT_SECONDS_MAX,
  type Weekday,
} from '@sluice/contract';
import { readCountOrPercent } from './count-or-percent.ts';
import { nodesOfTarget, type RolloutTarget, targetInSpec } from './rollout-target.ts';

/** Numbers are as they were typed. Empty: as the server has it, where it need not be said. */
export interface RolloutDraft {
  readonly name: string;
  readonly reason: string;
  readonly target: RolloutTarget;
  readonly command: RolloutCommand['kind'];
  /** Of a restart. */
  readonly graceSeconds: string;
  /** Of an undrain: the hold that is released. */
  readonly hold: string;
  /** Of a declared command; its parameters are filled in by their own schema. */
  readonly runName: string;
  readonly orderBy: RolloutOrder['by'];
  readonly orderLabel: string;
  readonly maxUnavailable: string;
  readonly drainFirst: boolean;
  readonly drainTimeoutMinutes: string;
  readonly onDeadline: OnDeadline;
  readonly undrainAfter: boolean;
  readonly healthySeconds: string;
  readonly healthyWithinMinutes: string;
  readonly maxFailures: string;
  readonly onFailures: 'pause' | 'abort';
  readonly canary: string;
  readonly hasWindow: boolean;
  /** Empty: every day. */
  readonly windowDays: readonly Weekday[];
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly windowTimeZone: string;
  readonly offline: 'skip' | 'wait';
  readonly includeNew: boolean;
  readonly gateUrl: string;
  readonly gateIntervalSeconds: string;
  readonly gateFailuresMax: string;
  readonly stallMinutes: string;
}

export type DraftField = Exclude<keyof RolloutDraft, 'drainFirst' | 'undrainAfter' | 'includeNew' | 'hasWindow'>;

export type DraftFault =
  | { readonly kind: 'required' }
  | { readonly kind: 'no-count-or-percent' }
  | { readonly kind: 'no-whole-number'; readonly least: number; readonly most: number }
  | { readonly kind: 'no-time-of-day' }
  | { readonly kind: 'no-time-zone' }
  | { readonly kind: 'no-address' }
  /** In the words of the rule that it breaks. */
  | { readonly kind: 'detail'; readonly detail: string };

export type ReadDraft =
  | { readonly ok: true; readonly spec: RolloutSpec }
  | { readonly ok: false; readonly faults: ReadonlyMap<DraftField, DraftFault> };

/** @param timeZone Of the reader: what a window means unless somebody says otherwise. */
export function draftAtFirst(target: RolloutTarget, timeZone: string): RolloutDraft {
  return {
    name: '',
    reason: '',
    target,
    command: 'restart',
    graceSeconds: '',
    hold: '',
    runName: '',
    orderBy: 'zone',
    orderLabel: '',
    maxUnavailable: '1',
    drainFirst: true,
    drainTimeoutMinutes: '60',
    onDeadline: 'force',
    undrainAfter: true,
    healthySeconds: '10',
    healthyWithinMinutes: '10',
    maxFailures: '1',
    onFailures: 'pause',
    canary: '',
    hasWindow: false,
    windowDays: [],
    windowStart: '02:00',
    windowEnd: '06:00',
    windowTimeZone: timeZone,
    offline: 'skip',
    includeNew: false,
    gateUrl: '',
    gateIntervalSeconds: '10',
    gateFailuresMax: '3',
    stallMinutes: '60',
  };
}

/** Whether a drain belongs to the command, or may come before it. */
export function drains({ command, drainFirst }: Pick<RolloutDraft, 'command' | 'drainFirst'>): boolean {
  return command === 'drain' || (command !== 'undrain' && drainFirst);
}

/** @param params Of a declared command; `null`: they are not filled in as their schema wants them. */
export function readDraft(draft: RolloutDraft, params: Readonly<Record<string, Json>> | null): ReadDraft {
  const fields = new FieldReader(draft);
  const [name, reason] = [draft.name.trim(), draft.reason.trim()];
  const command = commandOf(draft, params, fields);
  const spec: RolloutSpec = {
    ...targetOf(draft, fields),
    ...(name === '' ? {} : { name }),
    ...(reason === '' ? {} : { reason }),
    command,
    order: orderOf(draft, fields),
    maxUnavailable: fields.countOrPercent('maxUnavailable'),
    ...drainOf(draft, fields),
    healthySeconds: fields.whole('healthySeconds', 0, 86_400),
    healthyWithinSeconds: 60 * fields.whole('healthyWithinMinutes', 1, 1440),
    maxFailures: fields.countOrPercent('maxFailures'),
    onFailures: draft.onFailures,
    ...(draft.canary.trim() === '' ? {} : { canary: fields.whole('canary', 1, ROLLOUT_NODES_MAX) }),
    ...(draft.hasWindow ? { window: windowOf(draft, fields) } : {}),
    offline: draft.offline,
    includeNew: draft.includeNew,
    ...gateOf(draft, fields),
    stallSeconds: 60 * fields.whole('stallMinutes', 1, 10_080),
  };
  return fields.faults.size === 0 ? { ok: true, spec } : { ok: false, faults: fields.faults };
}

function targetOf({ target }: RolloutDraft, fields: FieldReader): Pick<RolloutSpec, 'all' | 'selector' | 'nodeIds'> {
  const isEmpty =
    (target.kind === 'selector' && target.selector.trim() === '') ||
    (target.kind === 'nodes' && target.nodeIds.length === 0);
  const { problem } = nodesOfTarget([], target);
  if (isEmpty) fields.faults.set('target', REQUIRED);
  else if (problem !== null) fields.faults.set('target', { kind: 'detail', detail: problem });
  return targetInSpec(target);
}

function commandOf(
  draft: RolloutDraft,
  params: Readonly<Record<string, Json>> | null,
  fields: FieldReader,
): RolloutCommand {
  const { command, hold, runName, graceSeconds } = draft;
  switch (command) {
    case 'restart':
      return {
        kind: command,
        ...(graceSeconds.trim() === '' ? {} : { graceSeconds: fields.whole('graceSeconds', 0, 3600) }),
      };
    case 'undrain':
      return { kind: command, ...(hold.trim() === '' ? {} : { hold: hold.trim() }) };
    case 'run':
      if (runName === '' || params === null) fields.faults.set('runName', REQUIRED);
      return { kind: command, name: runName, params: { ...params } };
    case 'drain':
    case 'reboot':
      return { kind: command };
  }
}

function orderOf({ orderBy, orderLabel }: RolloutDraft, fields: FieldReader): RolloutOrder {
  if (orderBy !== 'label') return { by: orderBy };
  if (orderLabel.trim() === '') fields.faults.set('orderLabel', REQUIRED);
  return { by: 'label', label: orderLabel.trim() };
}

type DrainPart = Pick<RolloutSpec, 'drainFirst' | 'drainTimeoutSeconds' | 'onDeadline' | 'undrainAfter'>;

function drainOf(draft: RolloutDraft, fields: FieldReader): DrainPart {
  const { command, drainFirst, drainTimeoutMinutes, onDeadline, undrainAfter } = draft;
  const how: DrainPart = drains(draft)
    ? {
        onDeadline,
        ...(drainTimeoutMinutes.trim() === ''
          ? {}
          : { drainTimeoutSeconds: 60 * fields.whole('drainTimeoutMinutes', 1, TIMEOUT_SECONDS_MAX / 60) }),
      }
    : {};
  if (command === 'drain' || command === 'undrain') return how;
  return { drainFirst, ...how, ...(drainFirst ? { undrainAfter } : {}) };
}

function windowOf(draft: RolloutDraft, fields: FieldReader): NonNullable<RolloutSpec['window']> {
  const { windowDays, windowTimeZone } = draft;
  if (!isTimeZone(windowTimeZone.trim())) fields.faults.set('windowTimeZone', { kind: 'no-time-zone' });
  return {
    ...(windowDays.length === 0 ? {} : { days: [...windowDays] }),
    start: fields.timeOfDay('windowStart'),
    end: fields.timeOfDay('windowEnd'),
    timeZone: windowTimeZone.trim(),
  };
}

function gateOf(draft: RolloutDraft, fields: FieldReader): Pick<RolloutSpec, 'metricGate'> {
  const url = draft.gateUrl.trim();
  if (url === '') return {};
  if (!/^https?:\/\/[^\s/]/iu.test(url)) fields.faults.set('gateUrl', { kind: 'no-address' });
  return {
    metricGate: {
      url,
      intervalSeconds: fields.whole('gateIntervalSeconds', 1, 3600),
      failuresMax: fields.whole('gateFailuresMax', 1, 100),
    },
  };
}

function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // It says so by throwing.
    return false;
  }
}

const REQUIRED: DraftFault = { kind: 'required' };

type TextField = {
  [Field in DraftField]: RolloutDraft[Field] extends string ? Field : never;
}[DraftField];

/** Reads what was typed and keeps what is wrong with it. A value that is wrong is the least that would be right: it goes nowhere. */
class FieldReader {
  readonly faults = new Map<DraftField, DraftFault>();
  readonly #draft: RolloutDraft;

  constructor(draft: RolloutDraft) {
    this.#draft = draft;
  }

  whole(field: TextField, least: number, most: number): number {
    const typed = this.#draft[field].trim();
    const value = /^\d{1,9}$/u.test(typed) ? Number(typed) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.faults.set(field, { kind: 'no-whole-number', least, most });
    return least;
  }

  countOrPercent(field: TextField): number | string {
    const value = readCountOrPercent(this.#draft[field], 1);
    if (value === null) this.faults.set(field, { kind: 'no-count-or-percent' });
    return value ?? 1;
  }

  timeOfDay(field: TextField): string {
    const typed = this.#draft[field].trim();
    if (/^([01][0-9]|2[0-3]):[0-5][0-9]$/u.test(typed)) return typed;
    this.faults.set(field, { kind: 'no-time-of-day' });
    return '00:00';
  }
}

/** What a rollout is asked for with, made whole: its defaults are filled in, and what contradicts itself is refused. */
import type { Problem, RolloutSpec } from '@sluice/contract';
import { refuse, type Result } from '../result.ts';
import { parseSelector } from '../selector/selector.ts';
import { isTimeZone } from './local-time.ts';
import type { NormalSpec } from './rollout.ts';

/** Seconds that a drain of a rollout gets where neither the request nor the server says: none lasts for ever. */
const DRAIN_TIMEOUT_SECONDS = 3600;
const HEALTHY_SECONDS = 10;
/** Seconds beyond `healthySeconds` that a node gets to become healthy. */
const HEALTHY_WITHIN_SECONDS = 600;
const STALL_SECONDS = 3600;
const GATE_INTERVAL_SECONDS = 10;
const GATE_FAILURES_MAX = 3;

export interface SpecDefaults {
  /** The server's own deadline of drains that name none; `null`: it has none. */
  readonly drainTimeoutMs: number | null;
}

/** Of a request that its schema lets pass. Normalising a normal one changes nothing. */
export function normaliseSpec(spec: RolloutSpec, { drainTimeoutMs }: SpecDefaults): Result<NormalSpec> {
  const { command } = spec;
  const healthySeconds = spec.healthySeconds ?? HEALTHY_SECONDS;
  const drainTimeoutSeconds = drainTimeoutMs === null ? DRAIN_TIMEOUT_SECONDS : Math.ceil(drainTimeoutMs / 1000);
  const normal: NormalSpec = {
    ...spec,
    command: command.kind === 'undrain' ? { ...command, hold: command.hold ?? 'operator' } : command,
    order: spec.order ?? { by: 'zone' },
    maxUnavailable: spec.maxUnavailable ?? 1,
    drainFirst: spec.drainFirst ?? (command.kind === 'restart' || command.kind === 'reboot'),
    drainTimeoutSeconds: spec.drainTimeoutSeconds ?? Math.max(1, drainTimeoutSeconds),
    onDeadline: spec.onDeadline ?? 'force',
    undrainAfter: spec.undrainAfter ?? true,
    healthySeconds,
    healthyWithinSeconds: spec.healthyWithinSeconds ?? Math.min(86_400, healthySeconds + HEALTHY_WITHIN_SECONDS),
    maxFailures: spec.maxFailures ?? 1,
    onFailures: spec.onFailures ?? 'pause',
    offline: spec.offline ?? 'skip',
    includeNew: spec.includeNew ?? false,
    stallSeconds: spec.stallSeconds ?? STALL_SECONDS,
    ...(spec.metricGate === undefined
      ? {}
      : { metricGate: { intervalSeconds: GATE_INTERVAL_SECONDS, failuresMax: GATE_FAILURES_MAX, ...spec.metricGate } }),
  };
  const problem = whyNotItsNodes(normal) ?? whyNotItsCommand(normal) ?? whyNotItsTimes(normal) ?? whyNotItsGate(normal);
  return problem === null ? { ok: true, value: normal } : refuse(problem);
}

function invalid(field: string, detail: string): Problem {
  return { code: 'invalid-request', field, detail };
}

function whyNotItsNodes({ selector, nodeIds, all, includeNew }: NormalSpec): Problem | null {
  const ways = [selector, nodeIds, all].filter((way) => way !== undefined).length;
  if (ways !== 1) {
    const said = ways === 0 ? 'it says none of them' : 'it says more than one of them';
    return invalid('selector', `A rollout says its nodes by exactly one of selector, nodeIds and all: ${said}.`);
  }
  if (selector !== undefined) {
    const parsed = parseSelector(selector);
    if (!parsed.ok) return parsed.problem;
  }
  if (nodeIds === undefined) return null;
  const known = new Set<string>();
  // Ten thousand may be named: each is looked for once.
  const twice = nodeIds.find((nodeId) => known.size === known.add(nodeId).size);
  if (twice !== undefined) return invalid('nodeIds', `nodeIds names '${twice}' more than once.`);
  if (includeNew)
    return invalid('includeNew', 'includeNew needs a selector, or all: nodes that join are not among nodeIds.');
  return null;
}

/** What only makes sense of another command is a mistake of who asks. */
function whyNotItsCommand({ command, drainFirst }: NormalSpec): Problem | null {
  const { kind } = command;
  if (drainFirst && (kind === 'drain' || kind === 'undrain'))
    return invalid(
      'drainFirst',
      `drainFirst is for restart, reboot and run; '${kind}' says itself what becomes of it.`,
    );
  return null;
}

function whyNotItsTimes({ healthySeconds, healthyWithinSeconds, window }: NormalSpec): Problem | null {
  if (healthySeconds >= healthyWithinSeconds) {
    const detail = `healthyWithinSeconds (${healthyWithinSeconds}) must be more than healthySeconds (${healthySeconds}): a node would have failed before it can be done.`;
    return invalid('healthyWithinSeconds', detail);
  }
  if (window === undefined) return null;
  if (!isTimeZone(window.timeZone)) {
    const detail = `There is no time zone '${window.timeZone}'; write an IANA name such as Europe/Berlin or UTC.`;
    return invalid('window.timeZone', detail);
  }
  return null;
}

function whyNotItsGate({ metricGate }: NormalSpec): Problem | null {
  if (metricGate === undefined) return null;
  if (!/^https?:\/\/[^\s/?#@]+([/?#]\S*)?$/u.test(metricGate.url))
    return invalid(
      'metricGate.url',
      'metricGate.url is an address with http:// or https://, and no user or password in it.',
    );
  return null;
}

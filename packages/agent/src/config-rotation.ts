/** The part of agent.yaml that says how load balancers learn of the node's rotation. */
import type { ConfigFaults } from './config-faults.ts';
import type { RotationSetting } from './config-file.ts';
import { addressOf, durationOf } from './config-values.ts';
import type { HaproxyRuntimeSettings } from './rotation/haproxy-runtime.ts';
import type { RotationSettings } from './rotation/rotation.ts';

export interface RotationConfig extends RotationSettings {
  /** Milliseconds that balancers get to notice, before sessions are asked to go. */
  readonly settleMs: number;
}

/** Milliseconds where balancers ask: one of their usual questions, and its answer. */
const SETTLE_ASKED_MS = 3000;
/** Milliseconds where the balancer has confirmed: for the request that it was handing over at that moment. */
const SETTLE_TOLD_MS = 500;

export function rotationOf(setting: RotationSetting, countsSessions: boolean, faults: ConfigFaults): RotationConfig {
  const { weight, haproxy } = setting;
  const agentCheck =
    setting.agentCheck === undefined ? null : addressOf(setting.agentCheck, faults, ['rotation', 'agentCheck'], 0);
  const http = setting.http === undefined ? null : addressOf(setting.http, faults, ['rotation', 'http'], 0);
  if (weight !== undefined && agentCheck === null)
    faults.add(['rotation', 'weight'], 'is told by the agent-check only; add agentCheck: HOST:PORT');
  if (weight !== undefined && !countsSessions)
    faults.add(['rotation', 'weight'], 'follows the sessions, which nobody counts here; add workload.sessions');
  const settleDefaultMs =
    agentCheck !== null || http !== null ? SETTLE_ASKED_MS : haproxy !== undefined ? SETTLE_TOLD_MS : 0;
  return {
    agentCheck,
    http,
    weight: weight ?? null,
    haproxy: haproxy === undefined ? null : haproxyOf(haproxy, faults),
    settleMs: durationOf(setting.settle, settleDefaultMs, faults, ['rotation', 'settle']),
  };
}

function haproxyOf(
  { socket, server }: NonNullable<RotationSetting['haproxy']>,
  faults: ConfigFaults,
): HaproxyRuntimeSettings {
  // These are the characters that HAProxy allows in names; they cannot end its command and begin another.
  const groups = /^(?<backend>[\w.:-]{1,128})\/(?<name>[\w.:-]{1,128})$/u.exec(server)?.groups;
  if (groups === undefined)
    faults.add(
      ['rotation', 'haproxy', 'server'],
      `'${server}' is no server of HAProxy; write BACKEND/NAME, as its configuration calls them, such as app/web-1`,
    );
  return {
    address: socket.startsWith('/')
      ? { kind: 'unix', path: socket }
      : { kind: 'tcp', ...addressOf(socket, faults, ['rotation', 'haproxy', 'socket']) },
    server: { backend: groups?.['backend'] ?? '', name: groups?.['name'] ?? '' },
  };
}

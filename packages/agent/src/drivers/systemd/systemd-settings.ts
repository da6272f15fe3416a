/** The keys of `workload` that belong to `driver: systemd`, and what they mean. */
import Type from 'typebox';
import type { ConfigFaults } from '../../config-faults.ts';
import { Duration, Text } from '../../config-schemas.ts';
import { positiveDurationOf } from '../../config-values.ts';

export const SYSTEMD_KEYS = {
  /** `chess.service`, or `chess`, which is the same. */
  unit: Text,
  /** Whether it is a unit of the agent's user (`systemctl --user`). Default: false. */
  user: Type.Optional(Type.Boolean()),
  /** How long a start may take, beside what the unit itself allows. Default: 120s. */
  timeout: Type.Optional(Duration),
  /** How often its state is asked. Default: 2s. */
  statusInterval: Type.Optional(Duration),
};
const SystemdSetting = Type.Object(SYSTEMD_KEYS);

export interface SystemdSettings {
  readonly kind: 'systemd';
  /** With its suffix. */
  readonly unit: string;
  readonly isUserUnit: boolean;
  readonly cwd: string;
  /** For a start: longer than systemd's own default (90 s), so that it is systemd who says what is wrong. */
  readonly timeoutMs: number;
  readonly statusIntervalMs: number;
}

export function systemdSettingsOf(
  setting: Type.Static<typeof SystemdSetting>,
  cwd: string,
  faults: ConfigFaults,
): SystemdSettings {
  const { unit, user = false, timeout, statusInterval } = setting;
  // systemd's own rule for names (man systemd.unit); a pattern such as chess-* would stop more than one.
  if (!/^[A-Za-z0-9:_][A-Za-z0-9:_.\\@-]{0,254}$/u.test(unit) || unit.endsWith('@.service'))
    faults.add(['workload', 'unit'], `'${unit}' is no name of one unit; write chess.service, or chess@1.service`);
  else if (/\.(?:target|slice|scope|socket|timer|mount|device|path|swap|automount)$/u.test(unit))
    faults.add(['workload', 'unit'], `'${unit}' is no service; name the .service that it belongs to`);
  return {
    kind: 'systemd',
    unit: unit.endsWith('.service') ? unit : `${unit}.service`,
    isUserUnit: user,
    cwd,
    timeoutMs: positiveDurationOf(timeout, 120_000, faults, ['workload', 'timeout']),
    statusIntervalMs: positiveDurationOf(statusInterval, 2000, faults, ['workload', 'statusInterval']),
  };
}

/** The programs that a configuration names, each with the setting that names it. */
import type { AgentConfig } from '../config.ts';

interface NamedProgram {
  readonly setting: string;
  readonly program: string;
}

export function programsOf({ workload, commands, reboot }: AgentConfig): readonly NamedProgram[] {
  const { driver, health, sessions, hooks } = workload;
  const lines: (readonly [setting: string, command: readonly string[] | null])[] = [
    ...(driver.kind === 'process' ? ([['workload.command', driver.command]] as const) : []),
    ...(driver.kind === 'exec'
      ? ([
          ['workload.start', driver.start],
          ['workload.stop', driver.stop],
          ['workload.status', driver.status],
          ['workload.restart', driver.restart],
        ] as const)
      : []),
    ['workload.health', health?.check.kind === 'exec' ? health.check.command : null],
    ['workload.sessions', sessions?.source.kind === 'exec' ? sessions.source.command : null],
    ...Object.entries(hooks).map(
      ([name, hook]) => [`workload.${name}`, hook?.kind === 'exec' ? hook.command : null] as const,
    ),
    ['reboot.command', reboot?.command ?? null],
    ...Object.entries(commands).map(([name, { exec }]) => [`commands.${name}`, exec] as const),
  ];
  return lines.flatMap(([setting, command]) => {
    const program = command?.[0];
    return program === undefined ? [] : [{ setting, program }];
  });
}

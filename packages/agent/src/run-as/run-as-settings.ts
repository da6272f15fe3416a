/** The keys of `workload` that say as whom and in what surroundings the agent runs the workload's commands. */
import Type from 'typebox';
import type { ConfigFaults } from '../config-faults.ts';
import { strict, Text, TEXT_LENGTH_MAX } from '../config-schemas.ts';

/** The largest that a limit can be: beyond it numbers are not exact, and no kernel has that much of anything. */
const LIMIT_MAX = Number.MAX_SAFE_INTEGER;
const Limit = Type.Optional(Type.Integer({ minimum: 0, maximum: LIMIT_MAX }));

/** Bytes of one file of output: it is copied in one go, and the agent waits for that. */
const OUTPUT_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Files of output: this is for looking at what happened, not for keeping it. */
const OUTPUT_FILES_MAX = 100;

export const RUN_AS_KEYS = {
  /** Beside what it inherits from the agent. */
  env: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: TEXT_LENGTH_MAX }))),
  /** What of the agent's own environment it gets: all of it (but nothing of Sluice's), nothing, or what is named. Default: true. */
  inheritEnvironment: Type.Optional(
    Type.Union([Type.Boolean(), Type.Array(Text, { maxItems: 256 })], {
      description: 'true, false, or a list of names such as [PATH, HOME]',
    }),
  ),
  /** Name or number. Only an agent that runs as root can start something as another user. Default: the agent's. */
  user: Type.Optional(Text),
  /** Name or number. Default: the user's own group. */
  group: Type.Optional(Text),
  /** Octal, in quotes. Default: the agent's. */
  umask: Type.Optional(Text),
  /** How much of what it prints is kept in the state directory. */
  output: Type.Optional(
    Type.Object(
      {
        /** Of one file. Default: 1 MiB. */
        fileBytes: Type.Optional(Type.Integer({ minimum: 64 * 1024, maximum: OUTPUT_FILE_BYTES_MAX })),
        /** The one that is written and the older ones. Default: 2. */
        files: Type.Optional(Type.Integer({ minimum: 1, maximum: OUTPUT_FILES_MAX })),
      },
      strict,
    ),
  ),
  /** As the kernel enforces them for one process (setrlimit); set by `prlimit` of util-linux. */
  limits: Type.Optional(
    Type.Object(
      {
        /** RLIMIT_NOFILE */
        openFiles: Limit,
        /** RLIMIT_NPROC: of the whole user. */
        processes: Limit,
        /** RLIMIT_CORE; 0: no core dumps. */
        coreBytes: Limit,
        /** RLIMIT_AS: reserved, not used. Runtimes that reserve much (Node.js, Java, Go) do not start under a low one. */
        addressSpaceBytes: Limit,
      },
      strict,
    ),
  ),
};
const RunAsObject = Type.Object(RUN_AS_KEYS);
export type RunAsSetting = Type.Static<typeof RunAsObject>;

/** Limits of one process; absent: the agent's own. */
export type ResourceLimits = NonNullable<RunAsSetting['limits']>;

export interface RunAs {
  /** Name or number; `null`: the agent's. */
  readonly user: string | null;
  /** Name or number; `null`: the user's own group. */
  readonly group: string | null;
  /** Three or four octal digits; `null`: the agent's. */
  readonly umask: string | null;
  readonly limits: ResourceLimits;
  /** Variables that the configuration sets, and that the account of `user` therefore does not. */
  readonly ownVariables: readonly string[];
}

/** As the agent itself. */
export const RUN_AS_AGENT: RunAs = { user: null, group: null, umask: null, limits: {}, ownVariables: [] };

export function runAsOf(setting: RunAsSetting, faults: ConfigFaults): RunAs {
  const { env = {}, inheritEnvironment, user, group, umask, limits = {} } = setting;
  for (const [name, value] of Object.entries(env)) checkVariable(name, value, faults);
  for (const [index, name] of (Array.isArray(inheritEnvironment) ? inheritEnvironment : []).entries()) {
    if (name.startsWith('SLUICE_'))
      faults.add(
        ['workload', 'inheritEnvironment', String(index)],
        `${name} is the agent's own and reaches no workload`,
      );
  }
  for (const [key, name] of Object.entries({ user, group })) {
    if (name !== undefined && !/^(?:[A-Za-z_][A-Za-z0-9_.-]*\$?|\d{1,10})$/u.test(name))
      faults.add(['workload', key], `'${name}' is no name or number of a ${key}`);
  }
  if (umask !== undefined && !/^0?[0-7]{3}$/u.test(umask))
    faults.add(['workload', 'umask'], `'${umask}' is no umask; write three octal digits in quotes, such as "027"`);
  return { user: user ?? null, group: group ?? null, umask: umask ?? null, limits, ownVariables: Object.keys(env) };
}

function checkVariable(name: string, value: string, faults: ConfigFaults): void {
  const at = ['workload', 'env', name];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name))
    faults.add(at, 'is no name of an environment variable: letters, digits and _, the first one no digit');
  if (name.startsWith('SLUICE_')) faults.add(at, 'names beginning with SLUICE_ are set by the agent; choose another');
  if (value.includes('\0')) faults.add(at, 'contains a NUL character');
}

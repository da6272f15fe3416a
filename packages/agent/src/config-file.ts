/** agent.yaml as it is written: one schema, from which its type, its known names and its checks come. */
import Type from 'typebox';
import { NODE_ID_LENGTH_MAX } from '@sluice/contract';
import { Command, Duration, Port, strict, Text, TEXT_LENGTH_MAX, Url } from './config-schemas.ts';
import { DOCKER_KEYS } from './drivers/docker/docker-settings.ts';
import { EXEC_KEYS } from './drivers/exec/exec-settings.ts';
import { PROCESS_KEYS } from './drivers/process/process-settings.ts';
import { SYSTEMD_KEYS } from './drivers/systemd/systemd-settings.ts';

/** Asks the workload for something: exactly one of http, signal, exec, library. */
const HookSetting = Type.Object(
  {
    http: Type.Optional(
      Type.Object(
        {
          /** Default: POST. */
          method: Type.Optional(Type.String({ pattern: '^[A-Z]{1,16}$' })),
          url: Url,
          /** A text is sent as it is, anything else as JSON. */
          body: Type.Optional(Type.Unknown()),
        },
        strict,
      ),
    ),
    signal: Type.Optional(Text),
    exec: Type.Optional(Command),
    /** The workload is told at the agent's socket. */
    library: Type.Optional(Type.Literal(true)),
    /** Default: 10s. */
    timeout: Type.Optional(Duration),
  },
  strict,
);
export type HookSetting = Type.Static<typeof HookSetting>;

/** Exactly one of http, tcp, exec. */
const HealthSetting = Type.Object(
  {
    http: Type.Optional(Url),
    /** HOST:PORT. */
    tcp: Type.Optional(Text),
    exec: Type.Optional(Command),
    /** Default: 2s. */
    interval: Type.Optional(Duration),
    /** Default: 2s. */
    timeout: Type.Optional(Duration),
    /** How long a start may take until the workload is healthy. Default: 60s. */
    healthyWithin: Type.Optional(Duration),
  },
  strict,
);

/** Exactly one of http (with pointer), tcpPort, exec, library. */
const SessionsSetting = Type.Object(
  {
    http: Type.Optional(Url),
    /** Where the number is in the answer (RFC 6901). Default: the whole answer. */
    pointer: Type.Optional(Type.String({ maxLength: TEXT_LENGTH_MAX })),
    tcpPort: Type.Optional(Port),
    exec: Type.Optional(Command),
    /** The workload counts them itself, at the agent's socket; it is told of drains there too, unless `drain` says otherwise. */
    library: Type.Optional(Type.Literal(true)),
    /** Default: 1s. */
    interval: Type.Optional(Duration),
    /** Default: 2s. */
    timeout: Type.Optional(Duration),
  },
  strict,
);

/** What every driver's workload has; the keys of one driver alone are in that driver's folder. */
const WORKLOAD_KEYS = {
  /** Where all commands of this file run. Default: the directory of agent.yaml. */
  cwd: Type.Optional(Text),
  /** Between asking the workload to end and ending it. Default: 30s. */
  stopGrace: Type.Optional(Duration),
  health: Type.Optional(HealthSetting),
  sessions: Type.Optional(SessionsSetting),
  drain: Type.Optional(HookSetting),
  undrain: Type.Optional(HookSetting),
  /** At a forced deadline. Default: the workload is replaced. */
  endSessions: Type.Optional(HookSetting),
};

/** One of them for each driver. */
export const WorkloadSetting = Type.Union([
  Type.Object({ driver: Type.Literal('process'), ...PROCESS_KEYS, ...WORKLOAD_KEYS }, strict),
  Type.Object({ driver: Type.Literal('exec'), ...EXEC_KEYS, ...WORKLOAD_KEYS }, strict),
  Type.Object({ driver: Type.Literal('systemd'), ...SYSTEMD_KEYS, ...WORKLOAD_KEYS }, strict),
  Type.Object({ driver: Type.Literal('docker'), ...DOCKER_KEYS, ...WORKLOAD_KEYS }, strict),
]);
export type WorkloadSetting = Type.Static<typeof WorkloadSetting>;

const NodeSetting = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: NODE_ID_LENGTH_MAX })),
    /** Default: the id. */
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    /** Default: `default`. */
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    /** Default: the address that the agent comes from. */
    ip: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    port: Type.Optional(Port),
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    region: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    zone: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
);
export type NodeSetting = Type.Static<typeof NodeSetting>;

/** A parameter of a declared command. Without a default it must be given, unless `required: false`. */
export const ParameterSetting = Type.Object(
  {
    type: Type.Enum(['string', 'number', 'integer', 'boolean']),
    description: Type.Optional(Type.String({ maxLength: 1024 })),
    enum: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 100 })),
    default: Type.Optional(Type.Unknown()),
    required: Type.Optional(Type.Boolean()),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    minLength: Type.Optional(Type.Integer({ minimum: 0 })),
    maxLength: Type.Optional(Type.Integer({ minimum: 0 })),
    pattern: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  strict,
);
export type ParameterSetting = Type.Static<typeof ParameterSetting>;

const CommandSetting = Type.Object(
  {
    description: Type.String({ minLength: 1, maxLength: 1024 }),
    exec: Command,
    /** Default: 60s. */
    timeout: Type.Optional(Duration),
    params: Type.Optional(Type.Record(Type.String(), ParameterSetting)),
    /** Whether it hurts who is on the node: then it waits for a running drain. Default: false. */
    disruptive: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type CommandSetting = Type.Static<typeof CommandSetting>;

const RebootSetting = Type.Object(
  {
    command: Command,
    /** From the command until the machine must be down. Default: 15m. */
    within: Type.Optional(Duration),
    /** Its content is another with each boot. Default: the kernel's own. */
    bootIdFile: Type.Optional(Text),
  },
  strict,
);
export type RebootSetting = Type.Static<typeof RebootSetting>;

export const AgentFile = Type.Object(
  {
    /** Several addresses, as a list or in a text with commas, are servers that share one store. */
    server: Type.Optional(
      Type.Union([Text, Type.Array(Url, { minItems: 1 })], {
        description: 'the address of the server, or a list of addresses such as [https://a.example, https://b.example]',
      }),
    ),
    joinToken: Type.Optional(Text),
    /** File with the certificate of the only authority that is trusted. */
    serverCa: Type.Optional(Text),
    /** The agent's own certificate, where the server asks for one. */
    tls: Type.Optional(Type.Object({ cert: Text, key: Text }, strict)),
    node: Type.Optional(NodeSetting),
    /** Default: /var/lib/sluice. */
    stateDir: Type.Optional(Text),
    workload: WorkloadSetting,
    rotation: Type.Optional(
      Type.Object(
        {
          /** HOST:PORT of HAProxy's agent-check. */
          agentCheck: Type.Optional(Text),
          /** HOST:PORT of GET /ready. */
          http: Type.Optional(Text),
          /** The share of its weight that the agent-check tells HAProxy. Default: none. */
          weight: Type.Optional(Type.Object({ sessionsMax: Type.Integer({ minimum: 1 }) }, strict)),
          /** HAProxy's runtime socket: a path or HOST:PORT; BACKEND/NAME. */
          haproxy: Type.Optional(Type.Object({ socket: Text, server: Text }, strict)),
          /** Default: 3s where a balancer asks, 500ms where it is only told, else 0s. */
          settle: Type.Optional(Duration),
        },
        strict,
      ),
    ),
    /** HOST:PORT of GET /metrics. Default: not opened. */
    metrics: Type.Optional(Text),
    commands: Type.Optional(Type.Record(Type.String(), CommandSetting)),
    /** Allows the machine to be rebooted. Default: nobody can. */
    reboot: Type.Optional(RebootSetting),
    /** What becomes of the workload when the agent is stopped. Default: keep. */
    onAgentStop: Type.Optional(Type.Enum(['keep', 'stop'])),
  },
  strict,
);
export type AgentFile = Type.Static<typeof AgentFile>;
export type RotationSetting = NonNullable<AgentFile['rotation']>;

/** The systemd units of server and agent. */
import { AGENT_HARDENING, SERVER_HARDENING, WORKLOAD_HARDENING } from './hardening.ts';

/** What runs the workload; the rights of the agent follow from it. */
export const DRIVERS = ['process', 'exec', 'systemd', 'docker'] as const;
export type Driver = (typeof DRIVERS)[number];

/** @param program Words of a command line: absolute paths. */
export function serverUnit(program: readonly string[]): string {
  return `[Unit]
Description=Sluice server, the control plane of the fleet
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${commandLine(program)} server --config /etc/sluice/server.yaml
# Secrets: only root reads the file, and no list of processes shows what is in it.
EnvironmentFile=-/etc/sluice/server.env
User=sluice-server
StateDirectory=sluice-server
StateDirectoryMode=0700
WorkingDirectory=/var/lib/sluice-server
Restart=always
RestartSec=2s
# A configuration that is wrong does not mend itself.
RestartPreventExitStatus=2
# One for each agent and each client.
LimitNOFILE=524288
TimeoutStopSec=30s

${SERVER_HARDENING}
[Install]
WantedBy=multi-user.target
`;
}

/** @param program Words of a command line: absolute paths. */
export function agentUnit(program: readonly string[], driver: Driver): string {
  const { after, service } = OF_DRIVER[driver];
  return `[Unit]
Description=Sluice agent of this node
Wants=network-online.target
After=network-online.target${after}
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${commandLine(program)} agent --config /etc/sluice/agent.yaml
# Secrets: only root reads the file, and no list of processes shows what is in it.
EnvironmentFile=-/etc/sluice/agent.env
Environment=HOSTNAME=%H
StateDirectory=sluice
StateDirectoryMode=0700
Restart=always
RestartSec=5s
# With \`onAgentStop: stop\` the workload's grace is in it.
TimeoutStopSec=120s
${service}
[Install]
WantedBy=multi-user.target
`;
}

const RUNS_WORKLOAD = {
  after: '',
  service: `# The workload stays when the agent stops, and is taken up by the next one.
KillMode=process
OOMPolicy=continue
TasksMax=infinity

# Root, so that the workload can have a user of its own (workload.user).
${WORKLOAD_HARDENING}`,
};

const OF_DRIVER: Readonly<Record<Driver, { readonly after: string; readonly service: string }>> = {
  process: RUNS_WORKLOAD,
  exec: RUNS_WORKLOAD,
  systemd: {
    after: '',
    service: `
# Root may start and stop units, and needs none of root's capabilities for it.
${AGENT_HARDENING}`,
  },
  docker: {
    after: ' docker.service',
    service: `User=sluice-agent
# Whoever may use the engine's socket is as good as root on this machine.
SupplementaryGroups=docker

${AGENT_HARDENING}`,
  },
};

/** As systemd reads it: a percent sign begins a specifier, a dollar sign a variable. */
function commandLine(words: readonly string[]): string {
  return words
    .map((word) => word.replaceAll('%', '%%').replaceAll('$', '$$$$'))
    .map((word) => (/^[\w./%$@+:=-]+$/u.test(word) ? word : `"${word.replaceAll(/["\\]/gu, String.raw`\$&`)}"`))
    .join(' ');
}

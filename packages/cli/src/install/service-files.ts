/** The files and directories that make a service of a server or an agent. */
import { agentUnit, type Driver, serverUnit } from './service-units.ts';
import { withStamp } from './stamped-text.ts';

export interface ServiceFile {
  /** Absolute, below the root that it is installed under. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** `sluice`: written anew by each version, unless somebody has changed it. `people`: written once, and theirs from then on. */
  readonly owner: 'sluice' | 'people';
}

export interface ServiceFiles {
  readonly service: 'agent' | 'server';
  readonly files: readonly ServiceFile[];
  /** Closed to others; systemd gives it to the service's user. */
  readonly stateDirectory: string;
  /** Whether the service has a user that is to be made. */
  readonly hasUser: boolean;
}

/** @param adminToken `null`: the server makes one at its first start, and prints it. */
export function serverFiles(program: readonly string[], adminToken: string | null): ServiceFiles {
  return {
    service: 'server',
    stateDirectory: '/var/lib/sluice-server',
    hasUser: true,
    files: [
      unitFile('server', serverUnit(program)),
      userFile('server', 'Sluice server', '/var/lib/sluice-server'),
      configFile(
        'server',
        `# The server's configuration; every key: sluice server --help, docs/cli.md.
# Agents and people come over the network: give it a certificate, or put a proxy with one before it.
listen: 127.0.0.1:7070
data: /var/lib/sluice-server
# tls: { cert: /etc/sluice/server.crt, key: /etc/sluice/server.key }
`,
      ),
      secretsFile(
        'server',
        `# Secrets of the server, read by systemd. Only root may read this file.
${
  adminToken === null
    ? '# The server makes an admin token at its first start and prints it once, into the journal. Set one here, and it does not:\n# SLUICE_ADMIN_TOKEN=slc_…'
    : `# Opens everything. Make tokens for people with it (sluice tokens create), then revoke it.\nSLUICE_ADMIN_TOKEN=${adminToken}`
}
# SLUICE_DATABASE_URL=postgres://sluice:PASSWORD@HOST/sluice
`,
      ),
    ],
  };
}

export interface AgentOptions {
  readonly driver: Driver;
  /** One, or several that share one store. */
  readonly serverUrls: readonly string[];
  /** Empty: to be written into the file of secrets by somebody. */
  readonly joinToken: string;
}

export function agentFiles(program: readonly string[], options: AgentOptions): ServiceFiles {
  const hasUser = options.driver === 'docker';
  return {
    service: 'agent',
    stateDirectory: '/var/lib/sluice',
    hasUser,
    files: [
      unitFile('agent', agentUnit(program, options.driver)),
      ...(hasUser ? [userFile('agent', 'Sluice agent', '/var/lib/sluice')] : []),
      configFile(
        'agent',
        `# What this node is, and what runs on it; every key: docs/agent-configuration.md, docs/drivers.md.
server: ${JSON.stringify(options.serverUrls.length === 1 ? options.serverUrls[0] : options.serverUrls)}
# From agent.env; needed until the server knows this agent's own key.
joinToken: \${SLUICE_JOIN_TOKEN}
node:
  id: \${HOSTNAME}
  type: default
  labels: {}
stateDir: /var/lib/sluice
workload:
${WORKLOADS[options.driver]}  # How many are on it, and how it is asked to let nobody in:
  # sessions: { http: http://127.0.0.1:7777/stats, pointer: /players }
  # drain: { http: { method: POST, url: http://127.0.0.1:7777/drain } }
  # undrain: { http: { method: DELETE, url: http://127.0.0.1:7777/drain } }
`,
      ),
      secretsFile(
        'agent',
        `# Secrets of the agent, read by systemd. Only root may read this file.
# Made with: sluice join-tokens create
SLUICE_JOIN_TOKEN=${options.joinToken}
`,
      ),
    ],
  };
}

const WORKLOADS: Readonly<Record<Driver, string>> = {
  process: '  driver: process\n  command: [/usr/bin/my-server]\n  # user: my-server\n',
  exec: '  driver: exec\n  start: [/etc/init.d/my-server, start]\n  stop: [/etc/init.d/my-server, stop]\n  status: [/etc/init.d/my-server, status]\n',
  systemd: '  driver: systemd\n  unit: my-server.service\n',
  docker: '  driver: docker\n  container: my-server\n',
};

function unitFile(service: 'agent' | 'server', unit: string): ServiceFile {
  return {
    path: `/etc/systemd/system/sluice-${service}.service`,
    text: withStamp(unit, service),
    mode: 0o644,
    owner: 'sluice',
  };
}

/** For systemd-sysusers. */
function userFile(service: 'agent' | 'server', name: string, home: string): ServiceFile {
  return {
    path: `/etc/sysusers.d/sluice-${service}.conf`,
    text: withStamp(`u sluice-${service} - "${name}" ${home}\n`, service),
    mode: 0o644,
    owner: 'sluice',
  };
}

function configFile(service: 'agent' | 'server', text: string): ServiceFile {
  return { path: `/etc/sluice/${service}.yaml`, text, mode: 0o644, owner: 'people' };
}

function secretsFile(service: 'agent' | 'server', text: string): ServiceFile {
  return { path: `/etc/sluice/${service}.env`, text, mode: 0o600, owner: 'people' };
}

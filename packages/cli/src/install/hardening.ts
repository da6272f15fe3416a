/** What systemd takes from a service of ours, since it does not need it. */

/** For everything that runs no workload in its own process group. Node.js compiles while it runs, so memory stays writable and executable. */
const CLOSED = `# What it does not need, it does not have. Node.js compiles as it runs: MemoryDenyWriteExecute= would end it.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
KeyringMode=private
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
UMask=0077
`;

/** Of a service with a user of its own, which looks at no process but its own. */
export const SERVER_HARDENING = `${CLOSED}PrivateUsers=yes
ProtectProc=invisible
`;

/** Of an agent whose workload something else runs. */
export const AGENT_HARDENING = CLOSED;

/**
 * Of an agent that runs the workload itself, which has what the agent has: no /tmp of its own, since a workload outlives its agent and
 * the next one gets another; devices, namespaces and 32 bit programs, since workloads use them.
 */
export const WORKLOAD_HARDENING = `# The workload is a child of the agent and has no more than this: add what it needs, take what it does not.
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL CAP_SYS_RESOURCE CAP_NET_BIND_SERVICE CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
ProtectSystem=full
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
KeyringMode=private
LockPersonality=yes
`;

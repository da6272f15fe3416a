/** What is wrong on a node, from what there is, and what mends it. */
import { fault, fine, type Check, type Finding, warning } from '@sluice/core';
import type { NodeFacts, Probed } from './node-facts.ts';

const STATE: Check = { check: 'state-directory', title: 'State directory' };
const JOIN: Check = { check: 'join-token', title: 'Join token' };
const PROGRAMS: Check = { check: 'programs', title: 'Programs' };
const HEALTH: Check = { check: 'health', title: 'Health check' };
const SESSIONS: Check = { check: 'sessions', title: 'Sessions' };
const HOOKS: Check = { check: 'hooks', title: 'Drain hooks' };
const REBOOT: Check = { check: 'reboot', title: 'Reboot of the machine' };
const PORTS: Check = { check: 'ports', title: 'Ports' };

export function judgeNode(facts: NodeFacts): readonly Finding[] {
  const { health, sessions } = facts.probes;
  return [
    stateDirectory(facts),
    joinToken(facts),
    programs(facts),
    ...(health === null ? [] : [probe(HEALTH, 'workload.health', health, problemOf(health.reading), facts)]),
    ...(sessions === null
      ? [fine(SESSIONS, 'nobody is asked for them over the network.')]
      : [probe(SESSIONS, 'workload.sessions', sessions, problemOf(sessions.reading), facts)]),
    hooks(facts),
    ...(facts.reboot === null ? [] : [reboot(facts.reboot)]),
    ports(facts),
  ];
}

function stateDirectory({ stateDir: { path, mode, isWritable }, agentPid }: NodeFacts): Finding {
  if (!isWritable)
    return fault(
      STATE,
      `${path} cannot be ${mode === null ? 'made' : 'written'} by this user.`,
      `Run this as the agent's user; else make it that user's: install -d -m 700 -o USER ${path}`,
    );
  if (mode !== null && (mode & 0o077) !== 0)
    return fault(
      STATE,
      `${path} is open to others (mode ${mode.toString(8)}), and holds the agent's key.`,
      `chmod 700 ${path}`,
    );
  if (mode === null) return fine(STATE, `${path} is made when the agent starts.`);
  return fine(
    STATE,
    agentPid === null ? `${path} is the agent's own.` : `${path} is used by the agent (process ${agentPid}).`,
  );
}

function joinToken({ credential, hasJoinToken, isTokenReadable }: NodeFacts): Finding {
  if ('problem' in credential)
    return fault(JOIN, 'the agent could not join: its own key cannot be used.', credential.problem);
  if (isTokenReadable)
    return warning(
      JOIN,
      'it stands in the configuration file, which others on this machine can read.',
      'Write ${SLUICE_JOIN_TOKEN} there and set the variable where only the agent gets it; or chmod 600 the file.',
    );
  if (credential.isEnrolled)
    return fine(JOIN, 'none is needed: a server has let this agent in before, by its own key.');
  if (hasJoinToken) return fine(JOIN, 'there is one for the first start.');
  return warning(
    JOIN,
    'there is none, and no server has let this agent in yet.',
    'Make one with `sluice join-tokens create` and write joinToken: ${SLUICE_JOIN_TOKEN}; an agent with a certificate needs none.',
  );
}

function programs({ missingPrograms, cwdFault }: NodeFacts): Finding {
  if (cwdFault !== null) return fault(PROGRAMS, `workload.${cwdFault}`, 'Make the directory, or name another one.');
  if (missingPrograms.length === 0) return fine(PROGRAMS, 'all that the configuration names can be executed.');
  return fault(
    PROGRAMS,
    `${missingPrograms.join(', ')} cannot be found, or not be executed by this user.`,
    "Write the program's whole path, install it, or put its directory on the agent's PATH.",
  );
}

function problemOf(reading: { readonly problem: string } | object): string | null {
  return 'problem' in reading ? reading.problem : null;
}

/** While no agent runs, its workload need not either. */
function probe(
  check: Check,
  setting: string,
  probed: Probed<object>,
  problem: string | null,
  { agentPid }: NodeFacts,
): Finding {
  if (problem === null) return fine(check, 'the workload answers as it should.');
  if (!probed.isAnswered && agentPid === null)
    return warning(check, problem, `Run this again while the workload runs; if it does, correct ${setting}.`);
  return fault(check, problem, `Correct ${setting}, or what the workload answers there.`);
}

function hooks({ unreachableHooks, agentPid }: NodeFacts): Finding {
  if (unreachableHooks.length === 0) return fine(HOOKS, 'whoever is to be told of drains can be reached.');
  const seen = `nothing accepts a connection for ${unreachableHooks.join(', ')}.`;
  return agentPid === null
    ? warning(HOOKS, seen, 'Run this again while the workload runs; if it does, correct the addresses.')
    : fault(HOOKS, seen, 'Correct the addresses: a drain cannot tell the workload otherwise.');
}

/** Programs that ask the system for what root alone may. */
const ASKS_THE_SYSTEM = /(?:^|\/)(?:systemctl|reboot|shutdown|init|telinit)$/u;

function reboot({ program, bootIdProblem, isRoot }: NonNullable<NodeFacts['reboot']>): Finding {
  if (bootIdProblem !== null)
    return fault(REBOOT, bootIdProblem, 'The agent does not start like this: correct reboot.bootIdFile.');
  if (isRoot || !ASKS_THE_SYSTEM.test(program)) return fine(REBOOT, `it is allowed, by ${program}.`);
  return warning(
    REBOOT,
    `it is allowed by ${program}, and this user is not root.`,
    'Let it reboot by a polkit rule, as docs/reboot.md shows; if there is one, all is well.',
  );
}

function ports({ portFaults, agentPid }: NodeFacts): Finding {
  if (portFaults === null) return fine(PORTS, `the agent that runs (process ${agentPid}) has them.`);
  if (portFaults.length === 0) return fine(PORTS, 'those that the agent listens on are free.');
  return fault(PORTS, portFaults.join(' '), 'Find who has a port with `ss -ltnp`.');
}

/** An agent says hello, leaves, or is not heard for a lease. */
import type { FleetEvent, Hello, Hold, OperationRecord } from '@sluice/contract';
import type { Command, Context, Credentials } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { type Draft, openDraft } from '../draft.ts';
import { followLeaving } from '../drain/follow-leaving.ts';
import { decideEnrolment } from '../enrolment/decide-enrolment.ts';
import { evolve } from '../evolve.ts';
import { isSameValue } from '../is-same-value.ts';
import { lastSessionOf } from './end-session.ts';
import { NO_ACCESS } from '../node/new-node.ts';
import type { NodeState } from '../node/node.ts';
import { recordUpdate, releaseDrainHold } from '../operation/decide-update.ts';
import { drainHoldOf, isActive } from '../operation/operation.ts';
import { endOperation } from '../operation/request.ts';
import { refuse, type Result } from '../result.ts';

type RegisterNode = Extract<Command, { kind: 'RegisterNode' }>;
type RecordDisconnect = Extract<Command, { kind: 'RecordDisconnect' }>;
type ForgetNode = Extract<Command, { kind: 'ForgetNode' }>;
type ExpireLease = Extract<Command, { kind: 'ExpireLease' }>;

/**
 * Takes over what the agent says of its node; what the agent holds of a newer wish than this server has is recovered,
 * because then this server was restored from an older copy.
 */
export function decideRegister(node: NodeState | null, command: RegisterNode, context: Context): Result<Decision> {
  const { now, joinGrant } = context;
  const { hello, sessionId, serverId, remoteIp, credentials } = command;
  const { id } = hello.node;
  const enrolment = decideEnrolment({
    nodeId: id,
    nodeType: hello.node.type,
    access: node?.agentAccess ?? NO_ACCESS,
    credentials,
    joinGrant,
  });
  if (!enrolment.ok) return enrolment;
  const described = describe(hello, remoteIp);
  const first: FleetEvent[] = [];
  let known = node;
  if (known === null) {
    const registered = { kind: 'NodeRegistered' } as const;
    known = evolve(null, registered, id, now);
    first.push(registered);
  }
  if (known === null) throw new Error(`registering ${id} left no state`);
  const away = awayFrom(known);
  const draft = openDraft(known, now);
  if (!isSameValue(descriptionOf(draft.node()), described)) draft.record({ kind: 'NodeDescribed', ...described });
  for (const event of enrolment.value) draft.record(event);
  endForbiddenReboots(draft);
  const credential = credentialOf(credentials);
  draft.record({
    kind: 'AgentConnected',
    sessionId,
    instanceId: hello.instanceId,
    ...(serverId === undefined ? {} : { serverId }),
    ...(credential === null ? {} : { credential }),
  });
  recordWorkload(draft, hello.workload);
  if (hello.availability.generation > away.generation) recoverAvailability(draft, hello.availability, away.changed);
  for (const update of hello.journal) recordUpdate(draft, update, now);
  // After all that: holds that were recovered may be of a wish that the workload has taken back.
  followLeaving(draft, known.workload, context);
  return decided([...first, ...draft.events()]);
}

/** An agent that does not allow it any more, or is of a version that knows of none, is not asked for what waits. */
function endForbiddenReboots(draft: Draft): void {
  const { id, reboot = null, operations } = draft.node();
  if (reboot !== null) return;
  const message = `The agent of ${id} does not allow any more that its machine is rebooted. Nothing was done.`;
  for (const operation of operations) {
    if (operation.task.kind !== 'reboot' || operation.status !== 'queued') continue;
    draft.record(endOperation(operation.id, 'cancelled', { error: { code: 'reboot-not-allowed', message } }));
    releaseDrainHold(draft, operation);
  }
}

/** As the history names it. */
function credentialOf(credentials: Credentials): { readonly kind: 'key' | 'certificate'; readonly id: string } | null {
  switch (credentials.kind) {
    case 'key':
      return { kind: 'key', id: credentials.publicKey };
    case 'certificate':
      return { kind: 'certificate', id: credentials.fingerprint };
    case 'unasked':
    case 'none':
      return null;
  }
}

/** What the agent can know at most, and what changed while it was away. */
function awayFrom(node: NodeState): { readonly generation: number; readonly changed: readonly string[] } {
  const { session, generation } = node;
  return session.kind === 'connected'
    ? { generation, changed: [] }
    : { generation: session.generationThen, changed: session.holdsChangedSince };
}

/**
 * The agent knows a wish that this server cannot have told it. Its holds are taken over, but for those that were placed or
 * released here while it was away: they are newer than anything it knows. What ran under a hold that is no more ends.
 */
function recoverAvailability(draft: Draft, availability: Hello['availability'], changed: readonly string[]): void {
  const isChanged = ({ name }: Hold) => changed.includes(name);
  const holds = [
    ...availability.holds.filter((hold) => !isChanged(hold)),
    ...draft.node().holds.filter((hold) => isChanged(hold)),
  ];
  const error = {
    code: 'recovered',
    message:
      'The agent held a newer wish than this server, which must have been restored from an older copy; the agent’s was taken over.',
  };
  for (const operation of draft.node().operations) {
    if (!isActive(operation)) continue;
    const hold = holdThatItWaitsFor(operation);
    const isStranded = hold !== null && !holds.some(({ name }) => name === hold);
    const isOutdated = operation.task.kind === 'undrain' && holds.length > 0;
    if (isStranded || isOutdated) draft.record(endOperation(operation.id, 'cancelled', { error }));
  }
  const generation = Math.max(availability.generation, draft.node().generation);
  draft.record({ kind: 'AvailabilityRecovered', generation, holds });
  const isAsTheAgentHasIt = changed.length === 0 && generation === availability.generation;
  if (isAsTheAgentHasIt) return;
  draft.record({
    kind: 'AvailabilityWished',
    availability: holds.length === 0 ? 'active' : 'drain',
    generation: generation + 1,
  });
}

function holdThatItWaitsFor(operation: OperationRecord): string | null {
  if (operation.task.kind === 'drain') return operation.task.hold;
  return operation.status === 'queued' ? drainHoldOf(operation) : null;
}

type Description = Omit<Extract<FleetEvent, { kind: 'NodeDescribed' }>, 'kind'>;

function describe(hello: Hello, remoteIp: string): Description {
  return {
    identity: hello.node,
    ip: hello.node.ip ?? remoteIp,
    agentVersion: hello.agentVersion,
    resources: hello.resources,
    commands: hello.commands,
    reboot: hello.reboot ?? null,
  };
}

function descriptionOf({ identity, ip, agentVersion, resources, commands, reboot = null }: NodeState): Description {
  return { identity, ip, agentVersion, resources, commands: [...commands], reboot };
}

function recordWorkload(draft: Draft, workload: NodeState['workload']): void {
  if (!isSameValue(draft.node().workload, workload)) draft.record({ kind: 'WorkloadChanged', workload });
}

export function decideWorkload(node: NodeState, workload: NodeState['workload'], context: Context): Result<Decision> {
  const draft = openDraft(node, context.now);
  recordWorkload(draft, workload);
  followLeaving(draft, node.workload, context);
  return decided(draft.events());
}

/** The workload offers other commands than before. */
export function decideCommands(node: NodeState, commands: NodeState['commands'], now: number): Result<Decision> {
  if (isSameValue(commands, node.commands)) return decided([]);
  const draft = openDraft(node, now);
  draft.record({ kind: 'NodeDescribed', ...descriptionOf(node), commands: [...commands] });
  return decided(draft.events());
}

/** Only the node's own session can end it: the end of one that was superseded says nothing. */
export function decideDisconnect(node: NodeState, command: RecordDisconnect): Result<Decision> {
  if (node.session.kind !== 'connected' || node.session.sessionId !== command.sessionId) return decided([]);
  const { sessionId, goodbye, why } = command;
  return decided([{ kind: 'AgentDisconnected', sessionId, goodbye, why }]);
}

/** A node without a session that was not heard for a lease is offline. */
export function decideExpireLease(node: NodeState, command: ExpireLease): Result<Decision> {
  if (node.session.kind === 'connected' || node.offlineSince !== null) return decided([]);
  if (lastSessionOf(node) !== command.afterSession) return decided([]);
  return decided([{ kind: 'LeaseExpired', lastHeardAt: command.lastHeardAt }]);
}

/** Takes a node that is gone out of the fleet. One whose agent is connected would only come back. */
export function decideForget(node: NodeState, { force }: ForgetNode, now: number): Result<Decision> {
  if (node.session.kind === 'connected') {
    return refuse({
      code: 'node-connected',
      detail: `The agent of ${node.id} is connected. Stop it first; else the node registers itself again.`,
    });
  }
  const { certificates, certificatesRefusedBefore } = node.agentAccess;
  if (!force && certificates !== 'unused' && certificatesRefusedBefore !== null) {
    return refuse({
      code: 'credentials-revoked',
      detail: `Certificates of ${node.id} were revoked, and only this node's record knows it: once it is forgotten they let an agent in again. When they have run out, or your authority is no longer trusted, forget it with force.`,
    });
  }
  const draft = openDraft(node, now);
  for (const operation of node.operations) {
    if (!isActive(operation)) continue;
    draft.record(
      endOperation(operation.id, 'cancelled', {
        error: { code: 'node-forgotten', message: 'The node was taken out of the fleet.' },
      }),
    );
  }
  return decided([...draft.events(), { kind: 'NodeForgotten', identity: node.identity }]);
}

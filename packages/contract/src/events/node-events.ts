/** Events of a node's own life: registered, described, connected, silent, workload changed. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { DeclaredCommand, NodeIdentity, RebootOffer, Resources, WorkloadReport } from '../workload.ts';

/** An agent said hello for a node that the fleet did not have. */
export const NodeRegistered = Type.Object({ kind: Type.Literal('NodeRegistered') });

/** The agent describes its node otherwise than before (identity, labels, resources, declared commands, boot). */
export const NodeDescribed = Type.Object({
  kind: Type.Literal('NodeDescribed'),
  identity: NodeIdentity,
  ip: Type.String(),
  agentVersion: Type.String(),
  resources: Resources,
  commands: Type.Array(DeclaredCommand),
  /** `null`, or absent in what older versions recorded: its machine may not be rebooted. */
  reboot: Type.Optional(Nullable(RebootOffer)),
});

/** A public key (base64url), or the fingerprint of a certificate. */
const Credential = Type.Object({
  kind: Type.Union([Type.Literal('key'), Type.Literal('certificate')]),
  id: Type.String(),
});

/** The node's agent was let in for the first time: from here on this key speaks for the node. */
export const AgentEnrolled = Type.Object({
  kind: Type.Literal('AgentEnrolled'),
  publicKey: Type.String(),
  /** The join token that it came with. */
  joinTokenId: Type.String(),
});

/** The agent is to get a new key: somebody asked for it, or the one that it has is old. */
export const AgentKeyRotationRequested = Type.Object({ kind: Type.Literal('AgentKeyRotationRequested') });

/** The agent has a new key. The older one opens sessions until the new one has opened its first. */
export const AgentKeyRotated = Type.Object({ kind: Type.Literal('AgentKeyRotated'), publicKey: Type.String() });

/** A newer key of the agent has opened a session. */
export const AgentKeySuperseded = Type.Object({ kind: Type.Literal('AgentKeySuperseded'), publicKey: Type.String() });

/** Nothing that the agent has so far opens a session any more: keys, and certificates that were issued before. */
export const AgentCredentialsRevoked = Type.Object({
  kind: Type.Literal('AgentCredentialsRevoked'),
  publicKeys: Type.Array(Type.String()),
  reason: Nullable(Type.String()),
});

/** A session was opened and is the node's only one from here on. */
export const AgentConnected = Type.Object({
  kind: Type.Literal('AgentConnected'),
  sessionId: Type.String(),
  instanceId: Type.String(),
  /** The server that has it; absent: an older version recorded it. */
  serverId: Type.Optional(Type.String()),
  /** What it proved who it is with; absent: nothing had to be proved. */
  credential: Type.Optional(Credential),
});

/** The session ended. `goodbye`: on purpose, so the node is offline at once. */
export const AgentDisconnected = Type.Object({
  kind: Type.Literal('AgentDisconnected'),
  sessionId: Type.String(),
  goodbye: Type.Boolean(),
  why: Type.String(),
});

/** Nothing was heard for a whole lease: the node is offline. */
export const LeaseExpired = Type.Object({ kind: Type.Literal('LeaseExpired'), lastHeardAt: Nullable(Type.Integer()) });

/** The agent reports another state of its workload than before. */
export const WorkloadChanged = Type.Object({ kind: Type.Literal('WorkloadChanged'), workload: WorkloadReport });

/** An operator took the node out of the fleet's list; its agent may register it anew. */
export const NodeForgotten = Type.Object({
  kind: Type.Literal('NodeForgotten'),
  identity: Type.Optional(NodeIdentity),
});

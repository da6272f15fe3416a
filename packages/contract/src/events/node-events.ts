/** Events of a node's own life: registered, described, connected, silent, workload changed. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { DeclaredCommand, NodeIdentity, Resources, WorkloadReport } from '../workload.ts';

/** An agent said hello for a node that the fleet did not have. */
export const NodeRegistered = Type.Object({ kind: Type.Literal('NodeRegistered') });

/** The agent describes its node otherwise than before (identity, labels, resources, declared commands). */
export const NodeDescribed = Type.Object({
  kind: Type.Literal('NodeDescribed'),
  identity: NodeIdentity,
  ip: Type.String(),
  agentVersion: Type.String(),
  resources: Resources,
  commands: Type.Array(DeclaredCommand),
});

/** A session was opened and is the node's only one from here on. */
export const AgentConnected = Type.Object({
  kind: Type.Literal('AgentConnected'),
  sessionId: Type.String(),
  instanceId: Type.String(),
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
export const NodeForgotten = Type.Object({ kind: Type.Literal('NodeForgotten') });

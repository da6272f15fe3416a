/** Who may speak for a node: showing its agent's keys, asking for a new one, and taking all away. */
import type { NodeCredentials, routes } from '@sluice/contract';
import type { Command, NodeState, Result } from '@sluice/core';
import { actorOf } from '../authentication/principal.ts';
import { timestamp, timestampOrNull } from '../fleet/timestamp.ts';
import { noSuchNode } from './nodes.ts';
import { type Handler, type HttpParts, type RawRequest, type Reply, value } from './route-context.ts';

export const getCredentials: Handler<typeof routes.getCredentials> = ({ params }, { fleet }) => {
  const node = fleet.node(params.id);
  return node === undefined ? noSuchNode(params.id) : value(viewOf(node.state));
};

export const rotateCredentials: Handler<typeof routes.rotateCredentials> = (request, parts) =>
  change(request.params.id, request, parts, { kind: 'RequestKeyRotation' });

export const revokeCredentials: Handler<typeof routes.revokeCredentials> = (request, parts) =>
  change(request.params.id, request, parts, { kind: 'RevokeAgentCredentials', reason: request.body.reason ?? null });

async function change(
  nodeId: string,
  { principal, remoteAddress }: Pick<RawRequest, 'principal' | 'remoteAddress'>,
  { fleet }: HttpParts,
  command: Command,
): Promise<Result<Reply<NodeCredentials>>> {
  const result = await fleet.execute(nodeId, command, actorOf(principal, remoteAddress));
  if (!result.ok) return result;
  const { node } = result.value;
  return node === null ? noSuchNode(nodeId) : value(viewOf(node));
}

function viewOf({ agentAccess }: NodeState): NodeCredentials {
  const { keys, isRotationWanted, certificatesRefusedBefore } = agentAccess;
  return {
    keys: keys.map(({ publicKey, since, revokedAt }) => ({
      publicKey,
      since: timestamp(since),
      revokedAt: timestampOrNull(revokedAt),
    })),
    isRotationWanted,
    certificatesRefusedBefore: timestampOrNull(certificatesRefusedBefore),
  };
}

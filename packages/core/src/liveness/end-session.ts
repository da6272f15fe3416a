/** What a node knows of its agent once there is no session any more. */
import type { NodeState } from '../node/node.ts';

/** From here on it counts what the agent cannot know of. */
export function withoutSession(node: NodeState, at: number, why: string): NodeState {
  const sessionId = lastSessionOf(node);
  return {
    ...node,
    session: {
      kind: 'disconnected',
      ...(sessionId === null ? {} : { sessionId }),
      since: at,
      why,
      generationThen: node.generation,
      holdsChangedSince: [],
    },
  };
}

/** The session that its agent has, or had last; `null`: none is known. */
export function lastSessionOf({ session }: Pick<NodeState, 'session'>): string | null {
  return session.sessionId ?? null;
}

/**
 * A node as a server finds it that has just started. That its session ended with the server before is no event: it happened to
 * the server, to all nodes at once, and follows from nothing but the state. The next event of the node makes it durable.
 */
export function afterServerStart(node: NodeState, at: number): NodeState {
  return node.session.kind === 'connected' ? withoutSession(node, at, 'the server was restarted') : node;
}

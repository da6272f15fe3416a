/** Whether a session goes on after what was recorded of its node. */
import { AGENT_CLOSE } from '@sluice/contract';
import { lastSessionOf, mayStillSpeak, type NodeState } from '@sluice/core';
import type { AgentSession } from './agent-session.ts';

/**
 * How a session ends by what is recorded of its node; `null`: it goes on. Until its hello is recorded nothing of it is about this session.
 * What ends a session here comes before it is recorded, but for a goodbye, after which its agent ends it: of one that goes on, another
 * server has recorded the end by mistake, and its agent would beat here in vain.
 */
export function endOf(session: AgentSession, state: NodeState): readonly [number, string] | null {
  const { id, isWelcomed, hasSaidGoodbye, credentials } = session;
  if (!isWelcomed && lastSessionOf(state) !== id) return null;
  const isConnected = state.session.kind === 'connected';
  if (isConnected && lastSessionOf(state) !== id)
    return [AGENT_CLOSE.tryLater, 'retry after 0 ms: the agent has a newer session at another server'];
  if (!mayStillSpeak(state.agentAccess, credentials))
    return [AGENT_CLOSE.notAuthorised, 'the credentials of this agent were revoked'];
  if (isConnected || hasSaidGoodbye) return null;
  return [AGENT_CLOSE.tryLater, 'retry after 0 ms: another server has recorded that this session is over'];
}

/** The answer to a hello: everything that should be under way on the node. */
import type { ServerMessage } from '@sluice/contract';
import type { SessionTimes } from './session-times.ts';

interface Session {
  readonly id: string;
  readonly times: SessionTimes;
}

/**
 * @param firstHeartbeatInMs From now.
 * @param underWay What the agent is to be told now.
 * @returns The messages in their order, the welcome first.
 */
export function welcomeOf(
  { id, times }: Session,
  protocolVersion: number,
  firstHeartbeatInMs: number,
  underWay: readonly ServerMessage[],
): readonly ServerMessage[] {
  const availability = underWay.find((message) => message.kind === 'availability.set');
  const metadata = underWay.find((message) => message.kind === 'metadata.changed');
  if (availability === undefined || metadata === undefined)
    throw new Error('welcoming an agent: its state gives no wish');
  const welcome: ServerMessage = {
    kind: 'welcome',
    protocolVersion,
    sessionId: id,
    heartbeatIntervalMs: times.heartbeatIntervalMs,
    firstHeartbeatInMs,
    leaseMs: times.leaseMs,
    availability,
    metadata,
    operations: underWay.filter((message) => message.kind === 'operation.start'),
  };
  const others = underWay.filter(({ kind }) => kind === 'operation.cancel' || kind === 'key.rotate');
  return [welcome, ...others];
}

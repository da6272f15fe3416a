/** Messages of kinds that this version does not know: the other side is newer, and what it says with them is passed over. */
import { AgentMessage } from './agent-messages.ts';
import { ServerMessage } from './server-messages.ts';

const agentKinds = kindsOf(AgentMessage);
const serverKinds = kindsOf(ServerMessage);

/**
 * The kind of a message that only a newer version knows; `null`: this one should understand it.
 * @param from Who sent it.
 * @param message As it was parsed, checked by nobody.
 */
export function unknownKindOf(from: 'agent' | 'server', message: unknown): string | null {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return null;
  const { kind } = message;
  const known = from === 'agent' ? agentKinds : serverKinds;
  return typeof kind === 'string' && !known.has(kind) ? kind : null;
}

function kindsOf({ anyOf }: typeof AgentMessage | typeof ServerMessage): ReadonlySet<string> {
  return new Set<string>(anyOf.map(({ properties }) => properties.kind.const));
}

/** What is wrong with a hello before it matters who sends it. */
import { AGENT_CLOSE, AGENT_PROTOCOL_VERSIONS, type Hello, whyNotANodeId } from '@sluice/contract';

/** The protocol version to speak, the highest in common; or the code and the reason to close the session with. */
export type HelloCheck =
  | { readonly ok: true; readonly protocolVersion: number }
  | { readonly ok: false; readonly code: number; readonly reason: string };

export function checkHello({ node, protocolVersions }: Hello): HelloCheck {
  const whyNot = whyNotANodeId(node.id);
  if (whyNot !== null) return { ok: false, code: AGENT_CLOSE.badMessage, reason: whyNot };
  const protocolVersion = AGENT_PROTOCOL_VERSIONS.filter((version) => protocolVersions.includes(version)).at(-1);
  if (protocolVersion !== undefined) return { ok: true, protocolVersion };
  const reason = `this server speaks ${AGENT_PROTOCOL_VERSIONS.join(', ')}`;
  return { ok: false, code: AGENT_CLOSE.versionNotSpoken, reason };
}

/** What an agent says, as text: checked by its schema before anything believes it. */
import { AgentMessage } from '@sluice/contract';
import { Compile } from 'typebox/compile';

const agentMessage = Compile(AgentMessage);

/** The message, or what is wrong with it. */
export function parseAgentMessage(text: string): AgentMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'a message that is not JSON';
  }
  if (agentMessage.Check(value)) return value;
  const kind =
    typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : 'a message without a kind';
  const [fault] = agentMessage.Errors(value);
  return `${kind.slice(0, 40)} does not validate${fault === undefined ? '' : `: ${fault.instancePath} ${fault.message}`}`;
}

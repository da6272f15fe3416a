/** What an agent says, as text: checked by its schema before anything believes it. */
import { AgentMessage } from '@sluice/contract';
import { Compile } from 'typebox/compile';

const agentMessage = Compile(AgentMessage);

/** Levels of a message: a declared command's schema has a dozen, and what walks a value must not run out of stack. */
const NESTING_MAX = 64;

/** The message, or what is wrong with it. */
export function parseAgentMessage(text: string): AgentMessage | string {
  if (nestingOf(text) > NESTING_MAX) return `a message that is nested more than ${NESTING_MAX} deep`;
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

/** How many brackets are open at once, outside of texts. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInText) {
      if (character === '\\') index += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

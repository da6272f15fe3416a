/** What an agent says, as text: checked by its schema before anything believes it. */
import { AgentMessage, unknownKindOf } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { pickKnownFields } from './known-fields.ts';

const agentMessage = Compile(AgentMessage);
const knownFields = new Map<unknown, (value: unknown) => unknown>(
  AgentMessage.anyOf.map((schema) => [schema.properties.kind.const, pickKnownFields(schema)]),
);

/** Levels of a message: a declared command's schema has a dozen, and what walks a value must not run out of stack. */
const NESTING_MAX = 64;

export type ParsedMessage =
  | { readonly ok: true; readonly message: AgentMessage }
  /** `isNewer`: nothing is wrong with it but that only a newer version knows its kind. */
  | { readonly ok: false; readonly fault: string; readonly isNewer: boolean };

/** The message, or what is wrong with it. */
export function parseAgentMessage(text: string, isBinary: boolean): ParsedMessage {
  if (isBinary) return faulty('a message that is not text');
  if (nestingOf(text) > NESTING_MAX) return faulty(`a message that is nested more than ${NESTING_MAX} deep`);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return faulty('a message that is not JSON');
  }
  const kind = typeof said === 'object' && said !== null && 'kind' in said ? String(said.kind) : null;
  const value = knownFields.get(kind)?.(said) ?? said;
  if (agentMessage.Check(value)) return { ok: true, message: value };
  const [fault] = agentMessage.Errors(value);
  return faulty(
    `${kind?.slice(0, 40) ?? 'a message without a kind'} does not validate${fault === undefined ? '' : `: ${fault.instancePath} ${fault.message}`}`,
    unknownKindOf('agent', value) !== null,
  );
}

function faulty(fault: string, isNewer = false): ParsedMessage {
  return { ok: false, fault, isNewer };
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

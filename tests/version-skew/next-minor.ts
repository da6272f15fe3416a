/** What the next minor version might say: the same, with fields and messages that the present one has never heard of. */
import type { Message } from './conversation.ts';

/** Begins the name of everything that is new, so that a test can look for it where it must not be. */
export const NEW = 'nextMinor';
/** Mappings whose keys people choose: a key more in them is no new field. */
const WITH_KEYS_OF_PEOPLE = new Set(['labels', 'params', 'parameters']);

/** The message with a new field in each of its objects; a hello is of a higher version as well. */
export function asNextMinor(message: Message): Message {
  const newer = { ...withNewFields(message), kind: message.kind };
  return message.kind === 'hello' ? { ...newer, agentVersion: '99.1.0', protocolVersions: [1, 2] } : newer;
}

/** A message of a kind that the present version does not know. */
export function newKindOfMessage(): Message {
  return { kind: `${NEW}.news`, about: { [NEW]: true }, generation: -1 };
}

function withNewFields(value: object): Readonly<Record<string, unknown>> {
  const fields = Object.entries(value).map(([name, field]: [string, unknown]): [string, unknown] => [
    name,
    newer(name, field),
  ]);
  return Object.fromEntries([...fields, [`${NEW}Field`, { since: 'the next minor version' }]]);
}

function newer(name: string, field: unknown): unknown {
  if (WITH_KEYS_OF_PEOPLE.has(name)) return field;
  if (Array.isArray(field))
    return field.map((item: unknown) => (typeof item === 'object' && item !== null ? withNewFields(item) : item));
  return typeof field === 'object' && field !== null ? withNewFields(field) : field;
}

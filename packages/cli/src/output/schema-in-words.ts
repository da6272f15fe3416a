/** A command's parameters, from their JSON Schema, in words: `level=soft|hard (default soft)`. */
import { isRecord } from '../is-record.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The schemas of the parameters by name. */
export function parameterSchemas(schema: Schema): ReadonlyMap<string, Schema> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return new Map(Object.entries(properties).map(([name, property]) => [name, isRecord(property) ? property : {}]));
}

/** One text a parameter; those that may be left out stand in brackets. */
export function parametersInWords(schema: Schema): readonly string[] {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return [...parameterSchemas(schema)].map(([name, property]) => {
    const text = `${name}=${kindInWords(property)}`;
    return required.includes(name) ? text : `[${text}]`;
  });
}

function kindInWords(property: Schema): string {
  const { enum: values, anyOf: choices } = property;
  const kind = Array.isArray(values)
    ? values.map(String).join('|')
    : Array.isArray(choices)
      ? choices.map(choiceInWords).join('|')
      : typeof property['type'] === 'string'
        ? property['type']
        : 'any';
  return property['default'] === undefined ? kind : `${kind} (default ${JSON.stringify(property['default'])})`;
}

/** A choice is one value, or whatever is of a type. */
function choiceInWords(choice: unknown): string {
  if (!isRecord(choice)) return 'any';
  const { const: only } = choice;
  return typeof only === 'string' ? only : only === undefined ? kindInWords(choice) : JSON.stringify(only);
}

/** Everything that is wrong with a configuration, each with its place and in words for the one who wrote it. */
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { nearestName } from './nearest-name.ts';

export interface ConfigFault {
  /** The keys that lead to it, such as `['workload', 'stopGrace']`. */
  readonly path: readonly string[];
  /** What is wrong, as the end of a sentence that begins with the path. */
  readonly message: string;
}

/** Collects all of them: who mends a file wants to do it once. */
export class ConfigFaults {
  readonly found: ConfigFault[] = [];

  add(path: readonly string[], message: string): void {
    this.found.push({ path, message });
  }
}

/** Adds what a value has that its schema does not allow, and the other way round. */
export function checkBySchema(
  schema: TSchema,
  value: unknown,
  faults: ConfigFaults,
  path: readonly string[] = [],
): void {
  if (Type.IsRecord(schema)) {
    if (!isMapping(value)) faults.add(path, mismatch(value, 'a mapping'));
    else {
      const [each] = Object.values(schema.patternProperties);
      if (each !== undefined)
        for (const [key, item] of Object.entries(value)) checkBySchema(each, item, faults, [...path, key]);
    }
  } else if (Type.IsObject(schema)) checkMapping(schema, value, faults, path);
  else if (isChoice(schema)) checkChoice(schema, value, faults, path);
  else if (Type.IsArray(schema)) {
    if (!Array.isArray(value)) faults.add(path, mismatch(value, 'a list, such as [node, server.js]'));
    else if (!Value.Check(schema, value)) {
      const before = faults.found.length;
      for (const [index, item] of value.entries()) checkBySchema(schema.items, item, faults, [...path, String(index)]);
      if (faults.found.length === before) faults.add(path, firstError(schema, value));
    }
  } else if (!Value.Check(schema, value)) faults.add(path, firstError(schema, value));
}

/** Several kinds of a mapping, told apart by `driver`. */
type Choice = Type.TUnion<Type.TObject[]>;

function isChoice(schema: TSchema): schema is Choice {
  return Type.IsUnion(schema) && schema.anyOf.every((each) => Type.IsObject(each) && 'driver' in each.properties);
}

function checkChoice(schema: Choice, value: unknown, faults: ConfigFaults, path: readonly string[]): void {
  const kinds = new Map(schema.anyOf.map((each) => [nameOf(each), each]));
  const name = isMapping(value) ? value['driver'] : undefined;
  const chosen = typeof name === 'string' ? kinds.get(name) : undefined;
  if (chosen !== undefined) {
    checkMapping(chosen, value, faults, path, `the driver ${nameOf(chosen)} needs it`);
    return;
  }
  // Nobody knows which keys are meant: what every kind may have is checked all the same.
  const properties = Object.fromEntries(
    schema.anyOf.flatMap((each) => Object.entries(each.properties)).map(([key, each]) => [key, Type.Optional(each)]),
  );
  const names = [...kinds.keys()];
  checkMapping(Type.Object({ ...properties, driver: Type.Enum(names) }), value, faults, path);
}

/** The driver that a kind is for. */
function nameOf(kind: Type.TObject): string {
  const driver = kind.properties['driver'];
  return driver !== undefined && Type.IsLiteral(driver) ? String(driver.const) : '';
}

/**
 * Takes keys out of a mapping that belong to another driver than the one it names, and tells of each; so that whatever else
 * is wrong is found in the same run.
 */
export function withoutForeignKeys(
  schema: TSchema,
  value: unknown,
  faults: ConfigFaults,
  path: readonly string[],
): unknown {
  if (!isMapping(value) || !isChoice(schema)) return value;
  const chosen = schema.anyOf.find((each) => nameOf(each) === value['driver']);
  if (chosen === undefined) return value;
  const kept = Object.entries(value).filter(([key]) => {
    if (Object.hasOwn(chosen.properties, key)) return true;
    const owners = schema.anyOf.filter((each) => Object.hasOwn(each.properties, key)).map(nameOf);
    if (owners.length === 0) return true;
    const whose = owners.length === 1 ? `driver ${owners.join()}` : `drivers ${owners.join(' and ')}`;
    faults.add([...path, key], `belongs to the ${whose}, and this is ${nameOf(chosen)}`);
    return false;
  });
  return Object.fromEntries(kept);
}

/** @param need What a missing key is missed by; absent: nothing is said of it. */
function checkMapping(
  schema: Type.TObject,
  value: unknown,
  faults: ConfigFaults,
  path: readonly string[],
  need?: string,
): void {
  if (!isMapping(value)) {
    faults.add(path, mismatch(value, 'a mapping'));
    return;
  }
  const known = Object.keys(schema.properties);
  for (const [key, item] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (property !== undefined) {
      checkBySchema(property, item, faults, [...path, key]);
      continue;
    }
    const nearest = nearestName(key, known);
    faults.add(
      [...path, key],
      nearest === null ? `unknown; known here are ${known.join(', ')}` : `unknown; did you mean ${nearest}?`,
    );
  }
  for (const [key, property] of Object.entries(schema.properties)) {
    if (!Type.IsOptional(property) && !Object.hasOwn(value, key))
      faults.add([...path, key], need === undefined ? 'missing' : `missing; ${need}`);
  }
}

/** The first error of the library, in the words of the file rather than those of JSON Schema. */
function firstError(schema: TSchema, value: unknown): string {
  const [error] = Value.Errors(schema, value);
  if (error === undefined) return 'is not valid';
  // Of several kinds of value, the library tells what is wrong with the first one only.
  if (Type.IsUnion(schema) && 'description' in schema) return `must be ${String(schema.description)}`;
  if (error.keyword === 'type')
    return mismatch(value, IN_WORDS[String(error.params.type)] ?? String(error.params.type));
  if (error.keyword === 'enum') return `must be one of ${error.params.allowedValues.map(String).join(', ')}`;
  if (error.keyword === 'minLength') return 'is empty';
  if (error.keyword === 'minItems') return 'is an empty list';
  return error.message;
}

const IN_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function mismatch(value: unknown, expected: string): string {
  const isQuotable = expected === 'a text' && (typeof value === 'number' || typeof value === 'boolean');
  return `must be ${expected}, and is ${kindOf(value)}${isQuotable ? `; write it in quotes: "${String(value)}"` : ''}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return String(value);
  return 'a mapping';
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

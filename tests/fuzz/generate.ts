/** Values from JSON schemas, and values that are nearly right: every schema of the contract is a source of inputs by itself. */
import type { Random } from '../simulation/random.ts';
import { HOSTILE_NUMBERS, HOSTILE_TEXTS } from './hostile-values.ts';

const DEPTH_MAX = 6;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function pickOf<T>(random: Random, values: readonly T[]): T | undefined {
  return values[random.between(0, values.length - 1)];
}

/** A value that the schema accepts, mostly. */
export function generate(schema: unknown, random: Random, depth = 0): unknown {
  if (!isObject(schema) || depth > DEPTH_MAX) return anything(random, depth);
  if ('const' in schema) return schema['const'];
  const choices = schema['anyOf'];
  if (Array.isArray(choices)) return generate(pickOf(random, choices), random, depth + 1);
  switch (schema['type']) {
    case 'string':
      return text(schema, random);
    case 'integer':
    case 'number':
      return number(schema, random);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: random.between(0, 3) }, () => generate(schema['items'], random, depth + 1));
    case 'object':
      return object(schema, random, depth);
    default:
      return anything(random, depth);
  }
}

/** The same with one thing changed, somewhere. */
export function mutate(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.7)) {
    const at = random.between(0, value.length - 1);
    return value.map((item: unknown, index) => (index === at ? mutate(item, random) : item));
  }
  if (isObject(value) && random.chance(0.8)) {
    const entries = Object.entries(value);
    const [key, item] = pickOf(random, entries) ?? ['', null];
    const without = entries.filter(([other]) => other !== key);
    switch (random.between(0, 4)) {
      case 0:
        return Object.fromEntries(without);
      case 1:
        return Object.fromEntries([...entries, [pickOf(random, HOSTILE_TEXTS) ?? '', anything(random, 3)]]);
      case 2:
        return Object.fromEntries([...without, [key, anything(random, 2)]]);
      default:
        return Object.fromEntries([...without, [key, mutate(item, random)]]);
    }
  }
  return anything(random, 2);
}

function anything(random: Random, depth: number): unknown {
  switch (random.between(0, depth > DEPTH_MAX ? 4 : 7)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return pickOf(random, HOSTILE_NUMBERS);
    case 3:
    case 4:
      return pickOf(random, HOSTILE_TEXTS);
    case 5:
      return Array.from({ length: random.between(0, 4) }, () => anything(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.between(0, 4) }, () => [
          pickOf(random, HOSTILE_TEXTS) ?? '',
          anything(random, depth + 1),
        ]),
      );
  }
}

function object(schema: Readonly<Record<string, unknown>>, random: Random, depth: number): unknown {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const entries = Object.entries(properties)
    .filter(([key]) => required.includes(key) || random.chance(0.5))
    .map(([key, property]) => [key, generate(property, random, depth + 1)] as const);
  const patterns = schema['patternProperties'];
  const [item] = isObject(patterns) ? Object.values(patterns) : [];
  const more = item === undefined ? 0 : random.between(0, 3);
  for (let count = 0; count < more; count += 1)
    entries.push([pickOf(random, HOSTILE_TEXTS) ?? '', generate(item, random, depth + 1)]);
  return Object.fromEntries(entries);
}

function text(schema: Readonly<Record<string, unknown>>, random: Random): string {
  const { minLength, maxLength, pattern } = schema;
  if (typeof pattern === 'string') return 'A'.repeat(Number(/\{(\d+)\}/u.exec(pattern)?.[1] ?? 1));
  const given = random.chance(0.5) ? (pickOf(random, HOSTILE_TEXTS) ?? '') : 'x'.repeat(random.between(1, 20));
  const padded = typeof minLength === 'number' ? given.padEnd(minLength, 'x') : given;
  return typeof maxLength === 'number' && random.chance(0.9) ? padded.slice(0, maxLength) : padded;
}

function number(schema: Readonly<Record<string, unknown>>, random: Random): number {
  const low = typeof schema['minimum'] === 'number' ? schema['minimum'] : -10;
  const high = typeof schema['maximum'] === 'number' ? schema['maximum'] : low + 10_000;
  if (random.chance(0.2)) return pickOf(random, HOSTILE_NUMBERS) ?? 0;
  return random.chance(0.3) ? low : random.between(low, Math.min(high, low + 10_000));
}

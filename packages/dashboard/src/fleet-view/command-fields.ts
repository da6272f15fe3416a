/** The fields of a form for a declared command, from the JSON Schema of its parameters; and what was typed into them as parameters. */
import type { Json, NodeCommand } from '@sluice/contract';

interface FieldBasics {
  readonly name: string;
  readonly description: string | null;
  /** Without it the server refuses the command: it has no default. */
  readonly isRequired: boolean;
  /** What the node takes when the field is left empty. `undefined`: nothing. */
  readonly default: Json | undefined;
}

export type CommandField = FieldBasics &
  (
    | { readonly kind: 'choice'; readonly values: readonly Json[] }
    | {
        readonly kind: 'number';
        readonly isWhole: boolean;
        readonly least: number | null;
        readonly most: number | null;
      }
    | { readonly kind: 'text'; readonly lengthMax: number | null; readonly pattern: string | null }
  );

/** Why what was typed is no value of the field. */
export type FieldFault =
  | { readonly kind: 'required' }
  | { readonly kind: 'no-number' }
  | { readonly kind: 'not-whole' }
  | { readonly kind: 'too-small'; readonly least: number }
  | { readonly kind: 'too-large'; readonly most: number };

export type ReadFields =
  | { readonly ok: true; readonly params: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly faults: ReadonlyMap<string, FieldFault> };

/** What it cannot read is a field for text: the server has the last word on every value. */
export function fieldsOf(parameters: NodeCommand['parameters']): readonly CommandField[] {
  const { properties, required } = parameters;
  if (!isObject(properties)) return [];
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.entries(properties).map(([name, schema]) =>
    fieldOf(name, isObject(schema) ? schema : {}, isRequired(name)),
  );
}

function fieldOf(name: string, schema: Readonly<Record<string, Json>>, isRequired: boolean): CommandField {
  const { type, enum: values, description, minimum, maximum, maxLength, pattern } = schema;
  const basics = { name, description: textOrNull(description), isRequired, default: schema['default'] };
  if (Array.isArray(values)) return { ...basics, kind: 'choice', values };
  if (type === 'boolean') return { ...basics, kind: 'choice', values: [true, false] };
  if (type === 'number' || type === 'integer')
    return {
      ...basics,
      kind: 'number',
      isWhole: type === 'integer',
      least: numberOrNull(minimum),
      most: numberOrNull(maximum),
    };
  return { ...basics, kind: 'text', lengthMax: numberOrNull(maxLength), pattern: textOrNull(pattern) };
}

/** @param typed By name; of a choice the JSON of the value. A field that is empty is left to the node's default. */
export function readFields(fields: readonly CommandField[], typed: Readonly<Record<string, string>>): ReadFields {
  const params: Record<string, Json> = {};
  const faults = new Map<string, FieldFault>();
  for (const field of fields) {
    const text = typed[field.name] ?? '';
    const read = text === '' ? (field.isRequired ? REQUIRED : null) : readField(field, text);
    if (read === null) continue;
    if ('fault' in read) faults.set(field.name, read.fault);
    else Object.defineProperty(params, field.name, { value: read.value, enumerable: true });
  }
  return faults.size === 0 ? { ok: true, params } : { ok: false, faults };
}

type Read = { readonly value: Json } | { readonly fault: FieldFault };

const REQUIRED: Read = { fault: { kind: 'required' } };

function readField(field: CommandField, text: string): Read {
  switch (field.kind) {
    case 'text':
      return { value: text };
    case 'choice': {
      const value = field.values.find((each) => JSON.stringify(each) === text);
      return value === undefined ? REQUIRED : { value };
    }
    case 'number': {
      const { isWhole, least, most } = field;
      const value = text.trim() === '' ? Number.NaN : Number(text);
      if (!Number.isFinite(value)) return { fault: { kind: 'no-number' } };
      if (isWhole && !Number.isSafeInteger(value)) return { fault: { kind: 'not-whole' } };
      if (least !== null && value < least) return { fault: { kind: 'too-small', least } };
      if (most !== null && value > most) return { fault: { kind: 'too-large', most } };
      return { value };
    }
  }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

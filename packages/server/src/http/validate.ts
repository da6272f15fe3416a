/** Checks the parts of a request by the contract's schemas, and says what is wrong so that a person can mend it. */
import type { Problem, Route } from '@sluice/contract';
import { Compile, type Validator } from 'typebox/compile';
import type { TSchema } from 'typebox';

type Fault = ReturnType<Validator['Errors']>[number];

/** @returns What is wrong with the first part that is not as the route wants it; `null` when all is well. */
export type RequestCheck = (parts: { readonly params: unknown; readonly query: unknown; readonly body: unknown }) => Problem | null;

export function checkOf(route: Route): RequestCheck {
  const params = compiled(route.params);
  const query = compiled(route.query);
  const body = compiled(route.body);
  return (parts) => faultIn('path', params, parts.params) ?? faultIn('query', query, parts.query) ?? faultIn('body', body, parts.body);
}

function compiled(schema: TSchema | undefined): Validator | null {
  return schema === undefined ? null : Compile(schema);
}

function faultIn(place: 'path' | 'query' | 'body', validator: Validator | null, given: unknown): Problem | null {
  if (validator === null || validator.Check(given)) return null;
  const faults = validator.Errors(given);
  // The deepest fault names the field; those above it only say that something below them is wrong.
  const fault = faults.reduce<Fault | undefined>(
    (deepest, each) => (deepest === undefined || each.instancePath.length > deepest.instancePath.length ? each : deepest),
    undefined,
  );
  const missing = fault?.keyword === 'required' ? fault.params.requiredProperties[0] : undefined;
  const path = (fault?.instancePath ?? '').split('/').slice(1);
  const field = [...path, ...(missing === undefined ? [] : [missing])].join('.');
  if (field === '') {
    return { code: 'invalid-request', detail: `The ${place} must be ${place === 'body' ? 'a JSON object' : 'valid'}, but is ${inWords(given)}.` };
  }
  const expected = missing === undefined ? expectedBy(faults.filter(({ instancePath }) => instancePath === fault?.instancePath)) : 'must be given';
  return { code: 'invalid-request', field, detail: `${field} ${expected}${missing === undefined ? `, but is ${inWords(at(given, path))}` : ''}.` };
}

/** All that one field must be, as one clause. */
function expectedBy(faults: readonly Fault[]): string {
  const [first] = faults;
  const choices = faults.flatMap((fault) => (fault.keyword === 'const' ? [JSON.stringify(fault.params.allowedValue)] : []));
  if (choices.length > 0) return `must be one of ${choices.join(', ')}`;
  if (first === undefined) return 'is not valid';
  if (first.keyword === 'type') return `must be ${typeInWords(first.params.type)}`;
  if (first.keyword === 'minimum') return `must be ${first.params.limit} or more`;
  if (first.keyword === 'maximum') return `must be ${first.params.limit} or less`;
  if (first.keyword === 'maxLength') return `must have at most ${first.params.limit} characters`;
  if (first.keyword === 'minLength') return `must have at least ${first.params.limit} character`;
  if (first.keyword === 'pattern') return `must match ${String(first.params.pattern)}`;
  return first.message;
}

function typeInWords(type: string | readonly string[]): string {
  const name = typeof type === 'string' ? type : type.join(' or ');
  return name === 'integer' ? 'a whole number' : /^[aeiou]/u.test(name) ? `an ${name}` : `a ${name}`;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Object.entries(inner).find(([name]) => name === key)?.[1] : undefined), value);
}

/** A value as a sentence shows it: short, and never a whole document. */
function inWords(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Checks the parts of a request by the contract's schemas, and says what is wrong so that a person can mend it. */
import type { Problem, Route } from '@sluice/contract';
import { Compile, type Validator } from 'typebox/compile';
import type { TSchema } from 'typebox';
import type { RawRequest, RouteRequest } from './route-context.ts';

/** One way in which a value is not as its schema says; the validator gives them in the order of the schema. */
export type Fault = ReturnType<Validator['Errors']>[number];

export interface RequestCheck<R extends Route> {
  readonly isValid: (raw: RawRequest) => raw is RouteRequest<R>;
  /** What is wrong with the first part that is not as the route wants it. */
  readonly problemIn: (raw: RawRequest) => Problem;
}

const PLACES = ['params', 'query', 'body'] as const;

/** Schemas are compiled when the route is first asked: those of all routes would take a tenth of each start. */
export function checkOf<R extends Route>(route: R): RequestCheck<R> {
  let compiled: ReturnType<typeof validatorsOf> | null = null;
  const validators = () => (compiled ??= validatorsOf(route));
  return {
    isValid: (raw): raw is RouteRequest<R> => validators().every(({ place, validator }) => validator.Check(raw[place])),
    problemIn: (raw) => {
      const refusing = validators().find(({ place, validator }) => !validator.Check(raw[place]));
      if (refusing === undefined) throw new Error(`looking for what is wrong with a valid request of ${route.name}`);
      const { place, validator } = refusing;
      return problemOfFaults(validator.Errors(raw[place]), raw[place], {
        code: 'invalid-request',
        whole: place === 'body' ? 'The body' : `The ${place}`,
      });
    },
  };
}

function validatorsOf(route: Route) {
  return PLACES.flatMap((place) => {
    const schema: TSchema | undefined = route[place];
    return schema === undefined ? [] : [{ place, validator: Compile(schema) }];
  });
}

/**
 * The problem that names the field at fault and says what it must be.
 * @param whole What `given` is called where no field of it is at fault.
 */
export function problemOfFaults(
  faults: readonly Fault[],
  given: unknown,
  { code, whole }: { readonly code: 'invalid-request' | 'invalid-parameters'; readonly whole: string },
): Problem {
  // The deepest fault names the field; those above it only say that something below them is wrong.
  const fault = faults.reduce<Fault | undefined>(
    (deepest, each) =>
      deepest === undefined || each.instancePath.length > deepest.instancePath.length ? each : deepest,
    undefined,
  );
  const missing = fault?.keyword === 'required' ? fault.params.requiredProperties[0] : undefined;
  const path = pathOf(fault);
  const field = [...path, ...(missing === undefined ? [] : [missing])].join('.');
  if (field === '') return { code, detail: `${whole} ${expectedBy(faults)}, but is ${inWords(given)}.` };
  if (missing !== undefined) return { code, field, detail: `${field} must be given.` };
  const expected = expectedBy(faults.filter(({ instancePath }) => instancePath === fault?.instancePath));
  return { code, field, detail: `${field} ${expected}, but is ${inWords(at(given, path))}.` };
}

/** The names on the way to the value at fault, from a JSON pointer. */
function pathOf(fault: Fault | undefined): readonly string[] {
  const names = (fault?.instancePath ?? '').split('/').slice(1);
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** All that one value must be, as one clause; of several alternatives each is said. */
function expectedBy(faults: readonly Fault[]): string {
  const alternatives = new Map<string, Fault[]>();
  for (const fault of faults) {
    if (fault.keyword === 'anyOf' || fault.keyword === 'additionalProperties') continue;
    alternatives.set(fault.schemaPath, [...(alternatives.get(fault.schemaPath) ?? []), fault]);
  }
  const choices: string[] = [];
  const clauses = new Set<string>();
  for (const alternative of alternatives.values()) {
    const constants = alternative.flatMap((fault) =>
      fault.keyword === 'const'
        ? [fault.params.allowedValue]
        : fault.keyword === 'enum'
          ? fault.params.allowedValues
          : [],
    );
    choices.push(...constants.map((constant) => JSON.stringify(constant)));
    const [first] = alternative;
    if (constants.length === 0 && first !== undefined) clauses.add(clauseOf(first));
  }
  if (choices.length > 0)
    clauses.add(choices.length === 1 ? `be ${choices.join()}` : `be one of ${choices.join(', ')}`);
  return clauses.size === 0 ? 'is not valid' : `must ${[...clauses].join(', or ')}`;
}

function clauseOf(fault: Fault): string {
  if (fault.keyword === 'type') return `be ${typeInWords(fault.params.type)}`;
  if (fault.keyword === 'minimum') return `be ${fault.params.limit} or more`;
  if (fault.keyword === 'maximum') return `be ${fault.params.limit} or less`;
  if (fault.keyword === 'maxLength') return `have at most ${fault.params.limit} characters`;
  if (fault.keyword === 'minLength')
    return `have at least ${fault.params.limit} ${fault.params.limit === 1 ? 'character' : 'characters'}`;
  if (fault.keyword === 'pattern') return `match ${String(fault.params.pattern)}`;
  if (fault.keyword === 'boolean') return 'not be given';
  return fault.message.replace(/^must /u, '');
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  object: 'a JSON object',
  array: 'an array',
  boolean: 'true or false',
  null: 'null',
  string: 'a text in quotes',
};

function typeInWords(type: string | readonly string[]): string {
  return [type]
    .flat()
    .map((name) => TYPES[name] ?? `a ${name}`)
    .join(' or ');
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(inner).find(([name]) => name === key)?.[1]
        : undefined,
    value,
  );
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

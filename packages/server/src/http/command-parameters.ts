/** Parameters of a declared command, checked by the JSON Schema that its agent declared. Agents may declare nonsense. */
import type { DeclaredCommand, Json } from '@sluice/contract';
import type { Result } from '@sluice/core';
import { Errors } from 'typebox/schema';

type Params = Readonly<Record<string, Json>>;

/** The parameters with the declared defaults filled in, or what is wrong with them. */
export function checkParameters(declared: DeclaredCommand, given: Params): Result<Params> {
  const params: Params = { ...defaultsOf(declared.parameters), ...given };
  try {
    const [isValid, faults] = Errors(declared.parameters, params);
    if (isValid) return { ok: true, value: params };
    const [fault] = faults;
    const field = fault?.instancePath.slice(1) ?? '';
    return {
      ok: false,
      problem: { code: 'invalid-parameters', ...(field === '' ? {} : { field }), detail: `${field === '' ? 'The parameters' : field}: ${fault?.message ?? 'not valid'}.` },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: { code: 'invalid-parameters', detail: `The agent declared parameters of '${declared.name}' that cannot be checked: ${reason}` } };
  }
}

function defaultsOf(schema: DeclaredCommand['parameters']): Params {
  const { properties } = schema;
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]): [string, Json][] =>
      isObject(property) && property['default'] !== undefined ? [[name, property['default']]] : [],
    ),
  );
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parameters of a declared command, checked by the JSON Schema that its agent declared. Agents may declare nonsense. */
import { createContext, Script } from 'node:vm';
import type { DeclaredCommand, Json } from '@sluice/contract';
import type { Result } from '@sluice/core';
import { Errors } from 'typebox/schema';
import { problemOfFaults } from './validate.ts';

type Params = Readonly<Record<string, Json>>;

/** Milliseconds that one check may take: a declared pattern can be such that it would take for ever, and everybody would wait. */
const CHECK_WITHIN_MS = 500;

/**
 * Schemas that one request's parameters are checked by at most: nodes of a kind declare the same, and each check of a schema that
 * somebody made for it may take its whole time.
 */
const SCHEMAS_MAX = 20;

/** Checks the same parameters for many nodes, once for each schema that these declare. */
export function parametersCheck(given: Params): (declared: DeclaredCommand) => Result<Params> {
  const checked = new Map<string, Result<Params>>();
  return (declared) => {
    const schema = JSON.stringify(declared.parameters);
    const known = checked.get(schema);
    if (known !== undefined) return known;
    if (checked.size >= SCHEMAS_MAX) {
      const detail = `The nodes declare '${declared.name}' in more than ${SCHEMAS_MAX} ways; ask for fewer of them at once.`;
      return { ok: false, problem: { code: 'invalid-parameters', detail } };
    }
    const result = checkParameters(declared, given);
    checked.set(schema, result);
    return result;
  };
}

/** The parameters with the declared defaults filled in, or what is wrong with them. */
function checkParameters(declared: DeclaredCommand, given: Params): Result<Params> {
  const params: Params = { ...defaultsOf(declared.parameters), ...given };
  const unfit = whyUnfit(params);
  if (unfit !== null) return { ok: false, problem: { code: 'invalid-parameters', ...unfit } };
  try {
    // Interpreted, never compiled: what an agent sent does not become code of this server.
    const [isValid, faults] = withinTime(() => Errors(declared.parameters, params));
    if (isValid) return { ok: true, value: params };
    return {
      ok: false,
      problem: problemOfFaults(faults, params, { code: 'invalid-parameters', whole: 'The parameters' }),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problem: {
        code: 'invalid-parameters',
        detail: `The agent declared parameters of '${declared.name}' that cannot be checked: ${reason}`,
      },
    };
  }
}

/** Bytes of all parameters: they become environment variables, of which a process gets 128 KiB each at most. */
const PARAMETERS_BYTES_MAX = 32_768;

/** What no program can be given by its environment, whatever its schema says. @returns `null`: nothing. */
function whyUnfit(params: Params): { readonly field?: string; readonly detail: string } | null {
  const bytes = Buffer.byteLength(JSON.stringify(params));
  if (bytes > PARAMETERS_BYTES_MAX)
    return { detail: `The parameters have ${bytes} bytes; ${PARAMETERS_BYTES_MAX} are allowed.` };
  const [withNul] = Object.entries(params).find(([, value]) => JSON.stringify(value).includes('\\u0000')) ?? [];
  if (withNul === undefined) return null;
  return { field: withNul, detail: `${withNul} has a NUL character, which no environment variable can have.` };
}

const room: { check: () => void } = { check: () => undefined };
const context = createContext(room);
const callCheck = new Script('check()');

/** The only thing in Node.js that ends a computation which does not end by itself. @throws when it took too long. */
function withinTime<T>(check: () => T): T {
  const results: T[] = [];
  room.check = () => void results.push(check());
  callCheck.runInContext(context, { timeout: CHECK_WITHIN_MS });
  const [result] = results;
  if (result === undefined) throw new Error('the check gave no result');
  return result;
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

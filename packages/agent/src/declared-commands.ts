/** The commands that agent.yaml declares: described for the server, their parameters checked, run without a shell. */
import {
  AGENT_MESSAGE_BYTES_MAX,
  type DeclaredCommand,
  type Json,
  OPERATION_OUTPUT_LENGTH_MAX,
  type OperationError,
  type OperationResult,
} from '@sluice/contract';
import { Errors } from 'typebox/schema';
import type { ParameterSetting } from './config-file.ts';
import { jsonTail } from './output-tail.ts';
import { type CommandLine, type CommandOutcome, runCommand } from './run-command.ts';

/** Bytes of node and commands as JSON; a quarter of the message stays for what the agent has to tell beside them. */
export const TOLD_BYTES_MAX = (AGENT_MESSAGE_BYTES_MAX * 3) / 4;
/** Bytes of an output's JSON: with the rest of a message it stays under the 64 KiB that a server takes. */
export const OUTPUT_JSON_BYTES_MAX = 49_152;

export interface ConfiguredCommand {
  readonly description: string;
  readonly exec: CommandLine;
  readonly timeoutMs: number;
  /** JSON Schema (2020-12) of the parameters, as one object. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly disruptive: boolean;
}

export type ConfiguredCommands = Readonly<Record<string, ConfiguredCommand>>;

export type CommandEnd = {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly result: OperationResult | null;
  readonly error: OperationError | null;
  /** The end of what it printed. */
  readonly output: string;
};

/** A command as the server asked for it, whoever runs it. */
export interface AskedCommand {
  readonly operationId: string;
  readonly name: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly timeoutMs: number;
  /** W3C trace context; absent: nobody traces it. */
  readonly traceparent?: string | undefined;
  /** Cancels it. */
  readonly signal: AbortSignal;
  /** Told now and then what it has printed so far. */
  readonly tellOutput: (output: string) => void;
}

/** What the server is told of them. */
export function describeCommands(commands: ConfiguredCommands): readonly DeclaredCommand[] {
  return Object.entries(commands).map(([name, { description, parameters, disruptive, timeoutMs }]) => ({
    name,
    description,
    parameters,
    disruptive,
    timeoutMs,
  }));
}

/** One JSON Schema for all parameters of a command, and nothing beside them. */
export function parametersSchema(params: Readonly<Record<string, ParameterSetting>>): Readonly<Record<string, Json>> {
  // `required` is said of all parameters together.
  const properties = Object.entries(params).map(([name, setting]): [string, Json] => [
    name,
    asJson({ ...setting, required: undefined }),
  ]);
  const required = Object.entries(params).flatMap(([name, setting]) =>
    (setting.required ?? setting.default === undefined) ? [name] : [],
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  };
}

/** The name of the environment variable that carries a parameter. */
export function parameterVariable(name: string): string {
  return `SLUICE_PARAM_${name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_')}`;
}

/** Why a value does not fit a JSON Schema, as the end of a sentence; `null`: it does. */
export function whyNotValid(schema: Readonly<Record<string, Json>>, value: unknown): string | null {
  const [isValid, errors] = Errors(schema, value);
  if (isValid) return null;
  // An unknown property is told twice: as one that matches `false`, and by its name.
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties');
  if (unknown?.keyword === 'additionalProperties')
    return `there is no parameter ${unknown.params.additionalProperties.join(', ')}`;
  const [error] = errors;
  if (error?.keyword === 'required') return `missing: ${error.params.requiredProperties.join(', ')}`;
  const name = error?.instancePath.slice(1) ?? '';
  const allowed = error?.keyword === 'enum' ? `: ${error.params.allowedValues.map(String).join(', ')}` : '';
  return `${name === '' ? '' : `${name} `}${error?.message ?? 'is not valid'}${allowed}`;
}

/** Runs one of them, with the defaults filled in. Never throws for what the command does or is given. */
export async function runDeclaredCommand(
  commands: ConfiguredCommands,
  { name, params: given, timeoutMs, traceparent, signal, tellOutput }: AskedCommand,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<CommandEnd> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return failed('command-not-found', `This agent declares no command '${name}'.`);
  const params = withDefaults(command.parameters, given);
  const fault = whyNotValid(command.parameters, params) ?? whyNotInEnvironment(params);
  if (fault !== null) return failed('invalid-parameters', `The parameters of '${name}' cannot be used: ${fault}.`);
  const outcome = await runCommand({
    command: command.exec,
    environment: {
      ...environment,
      ...environmentOf(params),
      ...(traceparent === undefined ? {} : { TRACEPARENT: traceparent }),
    },
    cwd,
    timeoutMs,
    signal,
    outputBytesMax: OPERATION_OUTPUT_LENGTH_MAX,
    tellOutput: (output: string) => tellOutput(jsonTail(output, OUTPUT_JSON_BYTES_MAX)),
  });
  return endOf(outcome, name, timeoutMs);
}

function endOf(outcome: CommandOutcome, name: string, timeoutMs: number): CommandEnd {
  const output = outcome.kind === 'cannot-start' ? '' : jsonTail(outcome.output, OUTPUT_JSON_BYTES_MAX);
  switch (outcome.kind) {
    case 'cannot-start':
      return failed('cannot-run', `'${name}' cannot be started: ${outcome.reason}.`);
    case 'timed-out':
      return {
        ...failed('timed-out', `'${name}' did not end within ${timeoutMs} ms and was stopped.`),
        output,
      };
    case 'aborted':
      return {
        status: 'cancelled',
        result: null,
        error: { code: 'cancelled', message: `'${name}' was stopped before it ended.` },
        output,
      };
    case 'exited': {
      const result = outcome.code === null ? null : { exitCode: outcome.code };
      if (outcome.code === 0) return { status: 'succeeded', result, error: null, output };
      const how = outcome.signal === null ? `exited with code ${outcome.code}` : `was ended by ${outcome.signal}`;
      return {
        status: 'failed',
        result,
        error: { code: 'command-failed', message: `'${name}' ${how}.` },
        output,
      };
    }
  }
}

/** An end of a command that did nothing. */
export function failed(code: string, message: string): CommandEnd {
  return { status: 'failed', result: null, error: { code, message }, output: '' };
}

/** The parameters that were given, and the defaults of the schema for those that were not. */
export function withDefaults(
  schema: Readonly<Record<string, Json>>,
  given: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  const { properties } = schema;
  if (!isObject(properties)) return given;
  const defaults = Object.entries(properties).flatMap(([name, property]): [string, Json][] =>
    isObject(property) && property['default'] !== undefined ? [[name, property['default']]] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

function environmentOf(params: Readonly<Record<string, Json>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      parameterVariable(name),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function whyNotInEnvironment(params: Readonly<Record<string, Json>>): string | null {
  const name = Object.keys(params).find((each) => {
    const value = params[each];
    return typeof value === 'string' && value.includes('\0');
  });
  return name === undefined ? null : `${name} contains a NUL character`;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What came out of YAML as the JSON that it is, without what is not there. */
function asJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object') return null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, Json][] => (item === undefined ? [] : [[key, asJson(item)]])),
  );
}

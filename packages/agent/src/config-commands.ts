/** The part of agent.yaml that declares commands. */
import { COMMAND_NAME_PATTERN, DECLARED_COMMANDS_MAX } from '@sluice/contract';
import type { ConfigFaults } from './config-faults.ts';
import type { CommandSetting, ParameterSetting } from './config-file.ts';
import { commandLineOf, positiveDurationOf } from './config-values.ts';
import {
  type ConfiguredCommand,
  type ConfiguredCommands,
  parametersSchema,
  parameterVariable,
  whyNotValid,
} from './declared-commands.ts';

/** What every node can do without declaring it. */
export const BUILT_IN_COMMANDS: readonly string[] = ['drain', 'undrain', 'restart'];
/** Milliseconds that a command may take that says nothing of its own. */
export const COMMAND_TIMEOUT_MS = 60_000;
const COMMAND_NAME = new RegExp(COMMAND_NAME_PATTERN, 'u');

export function commandsOf(
  settings: Readonly<Record<string, CommandSetting>>,
  faults: ConfigFaults,
): ConfiguredCommands {
  const entries = Object.entries(settings);
  if (entries.length > DECLARED_COMMANDS_MAX)
    faults.add(['commands'], `there are ${entries.length}; an agent declares at most ${DECLARED_COMMANDS_MAX}`);
  return Object.fromEntries(entries.map(([name, setting]) => [name, commandOf(name, setting, faults)]));
}

function commandOf(name: string, setting: CommandSetting, faults: ConfigFaults): ConfiguredCommand {
  const path = ['commands', name];
  if (BUILT_IN_COMMANDS.includes(name))
    faults.add(path, `every node has a command ${name} of its own; choose another name`);
  else if (!COMMAND_NAME.test(name)) {
    faults.add(path, `a command's name has 1 to 63 characters: small letters, digits and '-', the first one a letter`);
  }
  const { description, params = {}, disruptive = false } = setting;
  checkParameters(params, faults, [...path, 'params']);
  checkVariables(Object.keys(params), faults, [...path, 'params']);
  return {
    description,
    exec: commandLineOf(setting.exec, faults, [...path, 'exec']),
    timeoutMs: positiveDurationOf(setting.timeout, COMMAND_TIMEOUT_MS, faults, [...path, 'timeout']),
    parameters: parametersSchema(params),
    disruptive,
  };
}

export function checkParameters(
  params: Readonly<Record<string, ParameterSetting>>,
  faults: ConfigFaults,
  path: readonly string[],
): void {
  for (const [name, setting] of Object.entries(params)) checkParameter(name, setting, faults, [...path, name]);
}

function checkParameter(name: string, setting: ParameterSetting, faults: ConfigFaults, path: readonly string[]): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/u.test(name)) {
    faults.add(path, `a parameter's name has 1 to 63 characters: letters, digits, '_' and '-', the first one a letter`);
  }
  if (setting.pattern !== undefined && !isRegularExpression(setting.pattern)) {
    faults.add([...path, 'pattern'], `'${setting.pattern}' is no regular expression`);
    return;
  }
  for (const [index, allowed] of (setting.enum ?? []).entries()) {
    const misfit = whyNotValid({ type: setting.type }, allowed);
    if (misfit !== null) faults.add([...path, 'enum', String(index)], `${misfit}; no other value could ever be given`);
  }
  if (setting.default === undefined) return;
  const fault = whyNotValid(parametersSchema({ value: { ...setting, required: true } }), { value: setting.default });
  if (fault !== null)
    faults.add([...path, 'default'], `does not fit the parameter itself: ${fault.replace(/^value /u, '')}`);
}

function checkVariables(names: readonly string[], faults: ConfigFaults, path: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const name of names) {
    const variable = parameterVariable(name);
    const other = taken.get(variable);
    if (other !== undefined)
      faults.add([...path, name], `would reach the command as ${variable}, as ${other} does; choose another name`);
    taken.set(variable, name);
  }
}

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u').test('');
    return true;
  } catch {
    return false;
  }
}

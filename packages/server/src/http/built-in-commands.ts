/** The three commands that every node has, with the same bodies as their own routes; and the reboot of machines that may be rebooted. */
import { DrainBody, RebootBody, RestartBody, UndrainBody } from '@sluice/contract';
import type { NodeState, Result } from '@sluice/core';
import { Compile } from 'typebox/compile';
import { problemOfFaults } from './validate.ts';

export type BuiltIn =
  | { readonly name: 'drain'; readonly body: DrainBody }
  | { readonly name: 'undrain'; readonly body: UndrainBody }
  | { readonly name: 'restart'; readonly body: RestartBody }
  | { readonly name: 'reboot'; readonly body: RebootBody };

/** Also the name of a command that older agents may declare themselves; where the machine may be rebooted it is that. */
export const REBOOT = 'reboot';

export const BUILT_IN_COMMANDS = [
  {
    name: 'drain',
    description: 'Take the node out of rotation and let its sessions end.',
    disruptive: false,
    body: DrainBody,
  },
  {
    name: REBOOT,
    description: 'Drain the node, reboot its machine, wait until its workload is healthy, and put it back.',
    disruptive: true,
    body: RebootBody,
  },
  {
    name: 'restart',
    description: 'Stop the workload gracefully, start it, and wait until it is healthy.',
    disruptive: true,
    body: RestartBody,
  },
  {
    name: 'undrain',
    description: 'Release a hold; with the last one the node goes back into rotation.',
    disruptive: false,
    body: UndrainBody,
  },
] as const;

const drainBody = Compile(DrainBody);
const undrainBody = Compile(UndrainBody);
const restartBody = Compile(RestartBody);
const rebootBody = Compile(RebootBody);

/** Whether `reboot` of this node is a command that its agent declares, and its machine may not be rebooted otherwise. */
export function isOwnReboot({ reboot, commands }: Pick<NodeState, 'reboot' | 'commands'>): boolean {
  return (reboot ?? null) === null && commands.some(({ name }) => name === REBOOT);
}

export function isBuiltIn(name: string): name is BuiltIn['name'] {
  return BUILT_IN_COMMANDS.some((command) => command.name === name);
}

/** The parameters of a built-in command, as the body of its own route. */
export function builtInBody(name: BuiltIn['name'], given: unknown): Result<BuiltIn> {
  if (name === 'drain' && drainBody.Check(given)) return { ok: true, value: { name, body: given } };
  if (name === 'undrain' && undrainBody.Check(given)) return { ok: true, value: { name, body: given } };
  if (name === 'restart' && restartBody.Check(given)) return { ok: true, value: { name, body: given } };
  if (name === REBOOT && rebootBody.Check(given)) return { ok: true, value: { name, body: given } };
  const validator = { drain: drainBody, undrain: undrainBody, restart: restartBody, reboot: rebootBody }[name];
  return {
    ok: false,
    problem: problemOfFaults(validator.Errors(given), given, { code: 'invalid-parameters', whole: 'The parameters' }),
  };
}

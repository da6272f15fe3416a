/** The three commands that every node has, with the same bodies as their own routes. */
import { DrainBody, RestartBody, UndrainBody } from '@sluice/contract';
import type { Result } from '@sluice/core';
import { Compile } from 'typebox/compile';
import { problemOfFaults } from './validate.ts';

export type BuiltIn =
  | { readonly name: 'drain'; readonly body: DrainBody }
  | { readonly name: 'undrain'; readonly body: UndrainBody }
  | { readonly name: 'restart'; readonly body: RestartBody };

export const BUILT_IN_COMMANDS = [
  {
    name: 'drain',
    description: 'Take the node out of rotation and let its sessions end.',
    disruptive: false,
    body: DrainBody,
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

export function isBuiltIn(name: string): name is BuiltIn['name'] {
  return BUILT_IN_COMMANDS.some((command) => command.name === name);
}

/** The parameters of a built-in command, as the body of its own route. */
export function builtInBody(name: BuiltIn['name'], given: unknown): Result<BuiltIn> {
  if (name === 'drain' && drainBody.Check(given)) return { ok: true, value: { name, body: given } };
  if (name === 'undrain' && undrainBody.Check(given)) return { ok: true, value: { name, body: given } };
  if (name === 'restart' && restartBody.Check(given)) return { ok: true, value: { name, body: given } };
  const validator = { drain: drainBody, undrain: undrainBody, restart: restartBody }[name];
  return {
    ok: false,
    problem: problemOfFaults(validator.Errors(given), given, { code: 'invalid-parameters', whole: 'The parameters' }),
  };
}

/** Asking for something to be done to a node: drain, undrain, restart, and the commands that its agent declares. */
import {
  ALL_HOLDS,
  type DrainBody,
  type Operation,
  OPERATOR_HOLD,
  type Problem,
  type RebootBody,
  type RestartBody,
  type RunBody,
  type routes,
  type UndrainBody,
} from '@sluice/contract';
import { type Command, hasRole, type Result } from '@sluice/core';
import type { FleetNode } from '../fleet/member.ts';
import { operationView } from '../fleet/operation-view.ts';
import { asSeenBy } from './budgets.ts';
import { noSuchNode } from './nodes.ts';
import { parametersCheck } from './command-parameters.ts';
import { builtInBody, isBuiltIn, isOwnReboot, REBOOT } from './built-in-commands.ts';
import { type Handler, type HttpParts, type Reply, value } from './route-context.ts';
import type { Once } from '../fleet/execution.ts';
import { actorOf, type Principal } from '../authentication/principal.ts';

interface Asker {
  readonly params: { readonly id: string };
  readonly principal: Principal;
  readonly once: Once | null;
  readonly remoteAddress: string;
}

export const drainNode: Handler<typeof routes.drainNode> = (request, parts) =>
  ask(request, parts, drainCommand(request.body));

export const undrainNode: Handler<typeof routes.undrainNode> = (request, parts) => {
  const refusal = whyNotRelease(request.body, request.principal);
  return refusal === null ? ask(request, parts, undrainCommand(request.body)) : { ok: false, problem: refusal };
};

export const restartNode: Handler<typeof routes.restartNode> = (request, parts) =>
  ask(request, parts, restartCommand(request.body));

export const runCommand: Handler<typeof routes.runCommand> = (request, parts) => {
  const { id, name } = request.params;
  const commandOf = namedCommand(name, request.body, request.principal);
  if (!commandOf.ok) return commandOf;
  const command = commandOf.value(id, parts.fleet.node(id));
  return command.ok ? ask(request, parts, command.value) : command;
};

/** What a named command is for a node of the fleet, or why it cannot be asked of that one. */
export type NamedCommand = (nodeId: string, node: FleetNode | undefined) => Result<Command>;

/** A command by its name: one that is built in, or one that agents declare. */
export function namedCommand(name: string, body: RunBody, principal: Principal): Result<NamedCommand> {
  if (!isBuiltIn(name)) return { ok: true, value: declaredCommand(name, body) };
  const builtIn = builtInOf(name, body, principal);
  if (name !== REBOOT) return builtIn;
  const declared = declaredCommand(name, body);
  return {
    ok: true,
    value: (nodeId, node) => {
      if (node !== undefined && isOwnReboot(node.state)) return declared(nodeId, node);
      return builtIn.ok ? builtIn.value(nodeId, node) : builtIn;
    },
  };
}

function declaredCommand(name: string, body: RunBody): NamedCommand {
  const { params = {}, force = false } = body;
  const reason = body.reason ?? null;
  const check = parametersCheck(params);
  return (nodeId, node) => {
    if (node === undefined) return noSuchNode(nodeId);
    const declared = node.state.commands.find((command) => command.name === name);
    const checked = declared === undefined ? { ok: true as const, value: params } : check(declared);
    if (!checked.ok) return checked;
    return { ok: true, value: { kind: 'RunDeclaredCommand', name, params: checked.value, force, reason } };
  };
}

function builtInOf(name: Parameters<typeof builtInBody>[0], body: RunBody, principal: Principal): Result<NamedCommand> {
  const { params = {}, force = false, reason } = body;
  const built = builtInBody(name, {
    ...params,
    ...(reason === undefined ? {} : { reason }),
    ...(force ? { force } : {}),
  });
  if (!built.ok) return built;
  const refusal = built.value.name === 'undrain' ? whyNotRelease(built.value.body, principal) : null;
  if (refusal !== null) return { ok: false, problem: refusal };
  const command = builtInCommand(built.value);
  return { ok: true, value: () => ({ ok: true, value: command }) };
}

function ask({ params, ...asker }: Asker, parts: HttpParts, command: Command): Promise<Result<Reply<Operation>>> {
  return askOfNode(params.id, asker, parts, command);
}

/** Executes a command that is about one operation, and answers with it. */
export async function askOfNode(
  nodeId: string,
  { principal, once, remoteAddress }: Omit<Asker, 'params'>,
  { fleet }: HttpParts,
  command: Command,
): Promise<Result<Reply<Operation>>> {
  const result = await fleet.execute(nodeId, command, actorOf(principal, remoteAddress), once);
  if (!result.ok) return { ok: false, problem: asSeenBy(principal, result.problem, fleet) };
  const { node, operation, repeatOf } = result.value;
  if (operation === null && repeatOf !== null) {
    const detail = `This request was answered before by the operation ${repeatOf}, which is not kept any more. Nothing was done.`;
    return { ok: false, problem: { code: 'operation-not-found', detail } };
  }
  if (operation === null) throw new Error(`${command.kind} of ${nodeId} gave no operation`);
  return value(operationView(operation, node, fleet.now()));
}

function builtInCommand(given: ReturnType<typeof builtInBody> extends Result<infer B> ? B : never): Command {
  switch (given.name) {
    case 'drain':
      return drainCommand(given.body);
    case 'undrain':
      return undrainCommand(given.body);
    case 'restart':
      return restartCommand(given.body);
    case 'reboot':
      return rebootCommand(given.body);
  }
}

/** 0 means the same as absent, because Go clients write both so. */
function millisecondsOrNull(seconds: number | undefined): number | null {
  return seconds === undefined || seconds === 0 ? null : seconds * 1000;
}

function drainCommand({ timeout, reason, force, onDeadline, hold, expiresIn }: DrainBody): Command {
  return {
    kind: 'DrainNode',
    hold: hold ?? OPERATOR_HOLD,
    timeoutMs: millisecondsOrNull(timeout),
    onDeadline: onDeadline ?? 'force',
    expiresInMs: millisecondsOrNull(expiresIn),
    force: force ?? false,
    reason: reason ?? null,
  };
}

function undrainCommand({ hold, reason }: UndrainBody): Command {
  return { kind: 'ReleaseHold', hold: hold === ALL_HOLDS ? null : (hold ?? OPERATOR_HOLD), reason: reason ?? null };
}

/** Why this one may not release this hold. */
export function whyNotRelease({ hold }: Pick<UndrainBody, 'hold'>, principal: Principal): Problem | null {
  if (hold !== ALL_HOLDS || hasRole(principal, 'admin')) return null;
  return {
    code: 'forbidden',
    detail: `Releasing every hold needs the role admin; ${principal.name} has the role ${principal.role}.`,
  };
}

function restartCommand(body: RestartBody): Command {
  return {
    kind: 'RestartWorkload',
    graceMs: body.graceSeconds === undefined ? null : body.graceSeconds * 1000,
    executeWithinMs: millisecondsOrNull(body.timeout),
    drainFirst:
      body.drainFirst === true
        ? { timeoutMs: millisecondsOrNull(body.drainTimeout), onDeadline: body.onDeadline ?? 'force' }
        : null,
    force: body.force ?? false,
    reason: body.reason ?? null,
  };
}

function rebootCommand(body: RebootBody): Command {
  return {
    kind: 'RebootMachine',
    drainFirst:
      body.drainFirst === false
        ? null
        : { timeoutMs: millisecondsOrNull(body.drainTimeout), onDeadline: body.onDeadline ?? 'force' },
    undrainAfter: body.undrainAfter ?? true,
    force: body.force ?? false,
    reason: body.reason ?? null,
  };
}

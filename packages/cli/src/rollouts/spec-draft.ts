/** What the words and options of a command line say of a rollout, as the API takes it: only what was given. */
import type { RolloutCommand, RolloutSpec } from '@sluice/contract';
import type { ParameterValues } from '../commands/parameter-values.ts';
import type { SpecOptions } from './spec-options.ts';

/** A part of a specification; the rest is in a file, or left to the server. */
export type SpecDraft = Partial<RolloutSpec>;

export type DraftAnswer =
  | { readonly ok: true; readonly draft: SpecDraft }
  | { readonly ok: false; readonly detail: string; readonly whatToDo: string };

/** Types the parameters of a declared command, which only the server knows. */
export type ReadParameters = (name: string, pairs: readonly string[]) => Promise<ParameterValues>;

const HOW_TO_SAY_WHICH = 'Name them, or give --selector, or say --all for every node of the fleet.';

/** @param words The command and what stands after it: ids of nodes, or the name and parameters of a declared command. */
export async function readSpecDraft(
  words: readonly string[],
  options: SpecOptions,
  readParameters: ReadParameters,
): Promise<DraftAnswer> {
  const [name, ...rest] = words;
  const ids = [...(name === 'run' ? [] : rest), ...(options.node ?? [])];
  const command = await readCommand(name, rest, options, readParameters);
  if (!command.ok) return command;
  const target = readTarget(ids, options);
  if (!target.ok) return target;
  return { ok: true, draft: { ...target.draft, ...command.draft, ...careOf(options) } };
}

async function readCommand(
  name: string | undefined,
  rest: readonly string[],
  { file, grace, hold }: SpecOptions,
  readParameters: ReadParameters,
): Promise<DraftAnswer> {
  if (grace !== undefined && name !== 'restart')
    return refused('--grace is of restarts alone.', 'Leave it out, or write: restart --grace 30s');
  if (hold !== undefined && name !== 'undrain')
    return refused('--hold names the hold that an undrain releases.', 'Leave it out, or write: undrain --hold NAME');
  switch (name) {
    case 'restart':
      return done({ kind: name, ...(grace === undefined ? {} : { graceSeconds: grace }) });
    case 'reboot':
    case 'drain':
      return done({ kind: name });
    case 'undrain':
      return done({ kind: name, ...(hold === undefined ? {} : { hold }) });
    case 'run': {
      const [declared, ...pairs] = rest;
      if (declared === undefined)
        return refused('Which command is run?', 'Write its name: run NAME [key=value…]; `sluice nodes commands`.');
      if (pairs.length === 0) return done({ kind: name, name: declared });
      const parameters = await readParameters(declared, pairs);
      return parameters.ok
        ? done({ kind: name, name: declared, params: { ...parameters.values } })
        : refused(
            parameters.detail,
            'After `run NAME` stand its parameters as key=value; nodes are named by --node ID.',
          );
    }
    case undefined:
    default:
      return file === undefined
        ? refused(
            'What is to be done to each node?',
            'Write restart, reboot, drain, undrain or run NAME: sluice rollouts plan restart --selector game=chess',
          )
        : { ok: true, draft: {} };
  }
}

function readTarget(ids: readonly string[], { selector, all, file }: SpecOptions): DraftAnswer {
  const ways = [ids.length > 0, selector !== undefined, all === true].filter(Boolean).length;
  if (ways > 1) return refused('The nodes are named in more than one way.', HOW_TO_SAY_WHICH);
  // An empty selector is most often a variable that is not set: it must not come to mean every node.
  if (selector?.trim() === '') return refused('An empty selector selects nothing.', HOW_TO_SAY_WHICH);
  if (ways === 0 && file === undefined) return refused('Which nodes?', HOW_TO_SAY_WHICH);
  return {
    ok: true,
    draft: {
      ...(ids.length === 0 ? {} : { nodeIds: [...new Set(ids)] }),
      ...(selector === undefined ? {} : { selector }),
      ...(all === true ? { all } : {}),
    },
  };
}

function careOf(options: SpecOptions): SpecDraft {
  const { gate, gateEvery, gateFailures } = options;
  const given: { readonly [Key in keyof SpecDraft]: SpecDraft[Key] | undefined } = {
    name: options.name,
    reason: options.reason,
    order: options.order,
    maxUnavailable: options.maxUnavailable,
    drainFirst: options.drain,
    drainTimeoutSeconds: options.drainTimeout,
    onDeadline: options.onDeadline,
    undrainAfter: options.undrain ? undefined : false,
    healthySeconds: options.healthyFor,
    healthyWithinSeconds: options.healthyWithin,
    maxFailures: options.maxFailures,
    onFailures: options.onFailures,
    canary: options.canary,
    window: options.window,
    offline: options.offline,
    includeNew: options.includeNew,
    metricGate:
      gate === undefined
        ? undefined
        : {
            url: gate,
            ...(gateEvery === undefined ? {} : { intervalSeconds: gateEvery }),
            ...(gateFailures === undefined ? {} : { failuresMax: gateFailures }),
          },
    stallSeconds: options.stallAfter,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function done(command: RolloutCommand): DraftAnswer {
  return { ok: true, draft: { command } };
}

function refused(detail: string, whatToDo: string): DraftAnswer {
  return { ok: false, detail, whatToDo };
}

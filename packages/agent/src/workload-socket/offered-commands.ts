/** The commands that the processes of a workload offer, beside those of agent.yaml, which go first. */
import { DECLARED_COMMANDS_MAX, type DeclaredCommand, type NodeIdentity, type WorkloadMessage } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { BUILT_IN_COMMANDS, checkParameters, COMMAND_TIMEOUT_MS } from '../config-commands.ts';
import { checkBySchema, ConfigFaults } from '../config-faults.ts';
import { ParameterSetting } from '../config-file.ts';
import { parametersSchema, TOLD_BYTES_MAX } from '../declared-commands.ts';
import type { WorkloadPeer } from './workload-peer.ts';

type Offer = Extract<WorkloadMessage, { kind: 'command' }>;

const Parameters = Type.Record(Type.String(), ParameterSetting);
const parameters = Compile(Parameters);

/** What the server is told whatever the workload offers. */
export interface Told {
  readonly node: NodeIdentity;
  readonly commands: readonly DeclaredCommand[];
}

export class OfferedCommands {
  readonly #told: Told;
  readonly #byPeer = new Map<WorkloadPeer, Map<string, DeclaredCommand>>();
  /** Those of processes that are gone, or whose agent was: they may be about to come back. */
  #awaited: readonly { readonly command: DeclaredCommand; readonly until: number }[] = [];

  constructor(told: Told) {
    this.#told = told;
  }

  remember(commands: readonly DeclaredCommand[], until: number): void {
    const { commands: own } = this.#told;
    const missing = commands.filter(({ name }) => !own.some((other) => other.name === name));
    this.#awaited = [...this.#awaited, ...missing.map((command) => ({ command, until }))];
  }

  /** @returns Why it was not taken; `null`: it was. */
  offer(peer: WorkloadPeer, offer: Offer, now: number): string | null {
    const { name, description, params = {}, disruptive = false, timeoutMs = COMMAND_TIMEOUT_MS } = offer;
    const notTaken = `The command '${name}' was not taken:`;
    if (BUILT_IN_COMMANDS.includes(name))
      return `${notTaken} every node has a command ${name} of its own; choose another name.`;
    if (this.#told.commands.some((command) => command.name === name))
      return `${notTaken} agent.yaml declares a command of that name, which goes first; choose another name.`;
    const faults = new ConfigFaults();
    checkBySchema(Parameters, params, faults, ['params']);
    if (!parameters.Check(params)) return `${notTaken} ${inWords(faults)}.`;
    checkParameters(params, faults, ['params']);
    if (faults.found.length > 0) return `${notTaken} ${inWords(faults)}.`;
    const command = { name, description, parameters: parametersSchema(params), disruptive, timeoutMs };
    const others = this.current(now).filter((other) => other.name !== name);
    const all = [...this.#told.commands, ...others, command];
    if (all.length > DECLARED_COMMANDS_MAX)
      return `${notTaken} an agent declares at most ${DECLARED_COMMANDS_MAX}, and there are as many.`;
    if (Buffer.byteLength(JSON.stringify([this.#told.node, all])) > TOLD_BYTES_MAX)
      return `${notTaken} node and commands would have more than ${TOLD_BYTES_MAX} bytes together; shorten descriptions.`;
    const own = this.#byPeer.get(peer) ?? new Map<string, DeclaredCommand>();
    this.#byPeer.set(peer, own.set(name, command));
    return null;
  }

  /** Its commands stay for as long as a process that is started anew needs to offer them again. */
  forget(peer: WorkloadPeer, until: number): void {
    const own = this.#byPeer.get(peer);
    if (own === undefined) return;
    this.#byPeer.delete(peer);
    this.remember([...own.values()], until);
  }

  /** Each name once: the process that joined first goes first, and who is there goes before who was. */
  current(now: number): readonly DeclaredCommand[] {
    this.#awaited = this.#awaited.filter(({ until }) => until > now);
    const byName = new Map<string, DeclaredCommand>();
    const said = [...this.#byPeer.values()].flatMap((own) => [...own.values()]);
    for (const command of [...said, ...this.#awaited.map((awaited) => awaited.command)])
      if (!byName.has(command.name)) byName.set(command.name, command);
    return [...byName.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Who runs it; `null`: no process that is there now. */
  handlerOf(name: string): { readonly peer: WorkloadPeer; readonly command: DeclaredCommand } | null {
    for (const [peer, own] of this.#byPeer) {
      const command = own.get(name);
      if (command !== undefined) return { peer, command };
    }
    return null;
  }

  /** When the next of those that are awaited is given up; `null`: none is. */
  nextEnd(now: number): number | null {
    const ends = this.#awaited.map(({ until }) => until).filter((until) => until > now);
    return ends.length === 0 ? null : Math.min(...ends);
  }
}

function inWords({ found }: ConfigFaults): string {
  return found.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
}

/**
 * A machine that can be rebooted, for tests: a real command that ends agent and workload as a machine that goes down does, with
 * SIGKILL, and a supervisor that starts the agent again in another boot.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waitFor } from '../wait-for.ts';
import type { FleetUnderTest } from './fleet-under-test.ts';

/** What becomes of the command. */
export type RebootMode =
  /** The machine goes down at once. */
  | 'boots'
  /** It is refused. */
  | 'fails'
  /** It is accepted, and nothing happens. */
  | 'stays'
  /** It does not return, and nothing happens. */
  | 'hangs';

export class RebootingMachine {
  readonly #fleet: FleetUnderTest;
  readonly #nodeId: string;
  readonly #directory: string;
  #boot = 1;

  private constructor(fleet: FleetUnderTest, nodeId: string) {
    this.#fleet = fleet;
    this.#nodeId = nodeId;
    this.#directory = path.join(fleet.directory, `machine of ${nodeId}`);
  }

  static async of(fleet: FleetUnderTest, nodeId: string, mode: RebootMode = 'boots'): Promise<RebootingMachine> {
    const machine = new RebootingMachine(fleet, nodeId);
    await mkdir(machine.#directory);
    await writeFile(machine.#file('command'), COMMAND);
    await chmod(machine.#file('command'), 0o755);
    await writeFile(machine.#file('boot'), machine.bootId);
    await machine.will(mode);
    return machine;
  }

  /** The section `reboot` of agent.yaml. */
  settings(within = '30s'): Readonly<Record<string, unknown>> {
    const command = [this.#file('command'), this.#directory, this.#fleet.stateDir(this.#nodeId)];
    return { reboot: { command, within, bootIdFile: this.#file('boot') } };
  }

  get bootId(): string {
    return `boot-${this.#boot}`;
  }

  async will(mode: RebootMode): Promise<void> {
    await writeFile(this.#file('mode'), mode);
  }

  /** How often the command was given. */
  async given(): Promise<number> {
    const lines = await readFile(this.#file('given'), 'utf8').catch(() => '');
    return lines.split('\n').length - 1;
  }

  async isGiven(): Promise<void> {
    await waitFor('the command to be given', async () => (await this.given()) > 0, {
      withinMs: 30_000,
      seen: () => this.#fleet.agentOutput(this.#nodeId).slice(-2000),
    });
  }

  /** Agent and workload have ended with it. */
  async isDown(): Promise<void> {
    await waitFor('the machine to go down', () => readFile(this.#file('down')).catch(() => undefined), {
      withinMs: 30_000,
      seen: () => this.#fleet.agentOutput(this.#nodeId).slice(-2000),
    });
    await this.#fleet.stopAgent(this.#nodeId, 'SIGKILL');
  }

  /** The power is cut: what the command does in the mode `boots`, without the command. */
  async goesDown(): Promise<void> {
    const workload = await this.#fleet.workloadPid(this.#nodeId);
    await this.#fleet.stopAgent(this.#nodeId, 'SIGKILL');
    process.kill(-workload, 'SIGKILL');
  }

  /** Another boot, in which the agent is started. */
  async comesUp(): Promise<void> {
    this.#boot += 1;
    await writeFile(this.#file('boot'), this.bootId);
    this.#fleet.startAgent(this.#nodeId);
  }

  #file(name: string): string {
    return path.join(this.#directory, name);
  }
}

/** The agent is the command's parent; what runs the workload is in the agent's records. */
const COMMAND = `#!/bin/sh
machine=$1
state=$2
echo given >> "$machine/given"
case "$(cat "$machine/mode")" in
  fails) echo "Access denied" >&2; exit 1 ;;
  stays) echo "Reboot scheduled"; exit 0 ;;
  hangs) exec sleep 600 ;;
esac
kill -KILL "$PPID"
workload=$(sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p' "$state/workload.json")
kill -KILL "-$workload"
touch "$machine/down"
`;

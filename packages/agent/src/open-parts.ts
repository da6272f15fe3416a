/** What an agent must have for itself before it can be one: its state directory, its key, its journal, its addresses. */
import type { Logger } from 'pino';
import type { AgentConfig } from './config.ts';
import { AgentCredential } from './credential/agent-credential.ts';
import { describeCommands } from './declared-commands.ts';
import { type JournalFile, openJournal } from './journal-file/journal-file.ts';
import { MetricsEndpoint } from './metrics/metrics-endpoint.ts';
import { readBootId } from './reboot/boot-id.ts';
import { Rotation } from './rotation/rotation.ts';
import { openStateDirectory, type StateDirectory } from './state-dir.ts';
import { systemClock } from './system-clock.ts';
import { KeptWords } from './workload-socket/kept-words.ts';
import { WorkloadSocket } from './workload-socket/workload-socket.ts';

export interface OpenedParts {
  readonly stateDirectory: StateDirectory;
  readonly journal: JournalFile;
  readonly entries: readonly unknown[];
  readonly rotation: Rotation;
  /** `null`: not opened. */
  readonly metrics: MetricsEndpoint | null;
  /** `null`: the workload does not speak to the agent. */
  readonly workloadSocket: WorkloadSocket | null;
  readonly credential: AgentCredential;
  /** The machine's present boot; `null`: nobody can tell, and nothing needs it. */
  readonly bootId: string | null;
  /** Closes all of it, the state directory last. */
  close(): Promise<void>;
}

/** @throws Error for the one who started the agent; nothing is left open then. */
export async function openParts(config: AgentConfig, logger: Logger): Promise<OpenedParts> {
  const closings: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let next = closings.pop(); next !== undefined; next = closings.pop()) await next();
  };
  try {
    const bootId = await readBootId(config.reboot);
    const stateDirectory = await openStateDirectory(config.stateDir);
    closings.push(() => stateDirectory.release());
    const credential = await AgentCredential.open(stateDirectory.path);
    const { journal, entries, warnings } = await openJournal(stateDirectory.path);
    closings.push(() => journal.close());
    for (const warning of warnings) logger.warn({ event: 'journal-warning' }, warning);
    const metrics = config.metrics === null ? null : await MetricsEndpoint.open(config.metrics);
    closings.push(async () => metrics?.close());
    const workloadSocket = config.workload.usesSocket
      ? await WorkloadSocket.open(stateDirectory.path, {
          clock: systemClock,
          told: { node: config.node, commands: describeCommands(config.commands) },
          kept: await KeptWords.open(stateDirectory.path, logger),
          logger,
        })
      : null;
    closings.push(async () => workloadSocket?.close());
    const rotation = await Rotation.open(config.rotation, logger);
    closings.push(() => rotation.close());
    return { stateDirectory, journal, entries, rotation, metrics, workloadSocket, credential, bootId, close };
  } catch (error) {
    await close();
    throw error;
  }
}

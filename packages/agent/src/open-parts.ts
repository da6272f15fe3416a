/** What an agent must have for itself before it can be one: its state directory, its key, its journal, its addresses. */
import type { Logger } from 'pino';
import type { AgentConfig } from './config.ts';
import { AgentCredential } from './credential/agent-credential.ts';
import { type JournalFile, openJournal } from './journal-file/journal-file.ts';
import { MetricsEndpoint } from './metrics/metrics-endpoint.ts';
import { Rotation } from './rotation/rotation.ts';
import { openStateDirectory, type StateDirectory } from './state-dir.ts';

export interface OpenedParts {
  readonly stateDirectory: StateDirectory;
  readonly journal: JournalFile;
  readonly entries: readonly unknown[];
  readonly rotation: Rotation;
  /** `null`: not opened. */
  readonly metrics: MetricsEndpoint | null;
  readonly credential: AgentCredential;
}

/** @throws Error for the one who started the agent; nothing is left open then. */
export async function openParts(config: AgentConfig, logger: Logger): Promise<OpenedParts> {
  const stateDirectory = await openStateDirectory(config.stateDir);
  try {
    const credential = await AgentCredential.open(stateDirectory.path);
    const { journal, entries, warnings } = await openJournal(stateDirectory.path);
    for (const warning of warnings) logger.warn({ event: 'journal-warning' }, warning);
    try {
      const metrics = config.metrics === null ? null : await MetricsEndpoint.open(config.metrics);
      try {
        const rotation = await Rotation.open(config.rotation, logger);
        return { stateDirectory, journal, entries, rotation, metrics, credential };
      } catch (error) {
        await metrics?.close();
        throw error;
      }
    } catch (error) {
      await journal.close();
      throw error;
    }
  } catch (error) {
    await stateDirectory.release();
    throw error;
  }
}

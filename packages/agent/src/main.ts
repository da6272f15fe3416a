/** Starts an agent from its configuration file: the door that `sluice agent` uses. */
import { visibleJson } from '@sluice/core';
import { destination, pino } from 'pino';
import { Agent } from './agent.ts';
import { loadAgentConfig } from './config.ts';

export interface AgentOptions {
  readonly configFile: string;
  /** Instead of what the file says; several addresses are separated by commas. */
  readonly server?: string;
  /** Instead of the one in the file. */
  readonly nodeId?: string;
  /** File of the only authority that is trusted, instead of the one in the file. */
  readonly serverCa?: string;
  /** For `${NAME}` in the file, for SLUICE_LOG_LEVEL, and, without what is Sluice's, for the workload. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunningAgent {
  readonly nodeId: string;
  /** Says goodbye and ends; the workload stays, unless `onAgentStop: stop`. */
  stop(): Promise<void>;
}

/** @throws Error whose message is for the one who started it: what is wrong with the configuration, the state directory or an address. */
export async function startAgent({ configFile, server, nodeId, serverCa, env }: AgentOptions): Promise<RunningAgent> {
  const config = await loadAgentConfig(configFile, env, {
    ...(server === undefined ? {} : { server }),
    ...(nodeId === undefined ? {} : { nodeId }),
    ...(serverCa === undefined ? {} : { serverCa }),
  });
  const stderr = destination({ dest: 2, sync: true });
  const logger = pino(
    {
      level: env['SLUICE_LOG_LEVEL'] ?? 'info',
      base: { nodeId: config.node.id },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    { write: (line: string) => void stderr.write(visibleJson(line)) },
  );
  const agent = await Agent.start(config, env, logger);
  return { nodeId: config.node.id, stop: () => agent.stop() };
}

/** Examines a node for its operator: its configuration, then what it names. Starts nothing and changes nothing. */
import { fault, fine, type Finding } from '@sluice/core';
import { type AgentConfig, loadAgentConfig } from '../config.ts';
import type { ServerUrls } from '../server-urls.ts';
import { judgeNode } from './judge-node.ts';
import { nodeFacts } from './node-facts.ts';

const CONFIGURATION = { check: 'configuration', title: 'Configuration' };

export interface ExaminedNode {
  readonly findings: readonly Finding[];
  /** What the rest is to be asked about; `null`: the configuration cannot be used. */
  readonly node: {
    readonly id: string;
    readonly serverUrls: ServerUrls;
    /** `null`: the authorities of the machine. */
    readonly serverCa: string | null;
    /** Whether an agent runs with this state directory. */
    readonly isRunning: boolean;
  } | null;
}

export async function examineNode(
  configFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExaminedNode> {
  let config: AgentConfig;
  try {
    config = await loadAgentConfig(configFile, env);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      findings: [fault(CONFIGURATION, error.message, 'Correct it; docs/agent-configuration.md has every setting.')],
      node: null,
    };
  }
  const facts = await nodeFacts(config, configFile, env);
  return {
    findings: [fine(CONFIGURATION, `${configFile} can be used.`), ...judgeNode(facts)],
    node: {
      id: config.node.id,
      serverUrls: config.serverUrls,
      serverCa: config.tls.serverCa,
      isRunning: facts.agentPid !== null,
    },
  };
}

/** Examines the machine of a server for its operator: its settings, then what they name. Starts nothing and changes nothing. */
import { fault, fine, type Finding } from '@sluice/core';
import { loadServerConfig, type ServerSources } from '../../config.ts';
import { judgeServer } from './judge-server.ts';
import { serverFacts } from './server-facts.ts';

const CONFIGURATION = { check: 'configuration', title: 'Configuration' };

export async function examineServer(sources: ServerSources): Promise<readonly Finding[]> {
  const loaded = loadServerConfig(sources);
  if (!loaded.ok)
    return [fault(CONFIGURATION, loaded.message, 'Correct it; `sluice server --help` explains the settings.')];
  const { config } = loaded;
  const facts = await serverFacts(config, sources.env);
  return [fine(CONFIGURATION, 'it can be used.'), ...judgeServer(facts, config.warnings)];
}

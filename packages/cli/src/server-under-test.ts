/** Test support: a real server in this process that commands are run against. */
import { loadServerConfig, type RunningServer, startServer } from '@sluice/server';

export const ADMIN_TOKEN = `slc_${'a'.repeat(43)}`;

/** @param data The directory of its store. */
export async function startServerUnderTest(data: string): Promise<RunningServer> {
  const loaded = loadServerConfig({
    flags: { listen: '127.0.0.1:0', data, logLevel: 'error' },
    env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN },
  });
  if (!loaded.ok) throw new Error(loaded.message);
  return startServer(loaded.config);
}

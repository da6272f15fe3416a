/** A server of a benchmark with its agents connected: what most benchmarks begin with. */
import { MeasuredServer } from './measured-server.ts';
import { PlayedFleet } from './played-fleet.ts';

export interface ServerWithFleet {
  readonly server: MeasuredServer;
  readonly fleet: PlayedFleet;
  readonly nodes: number;
}

/** Both end with the work. */
export async function withFleet<Result>(
  nodes: number,
  work: (both: ServerWithFleet) => Promise<Result>,
  databaseUrl: string | null = null,
  limits?: object,
): Promise<Result> {
  const server = await MeasuredServer.start(databaseUrl, limits);
  const fleet = new PlayedFleet();
  try {
    await fleet.connect(server.url, nodes);
    return await work({ server, fleet, nodes });
  } finally {
    await fleet.stop();
    await server.stop();
  }
}

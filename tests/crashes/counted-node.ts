/** A node whose workload notes each of its starts, and whose command leaves a mark each time that it is run. */
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';

const workload = fileURLToPath(new URL('counted-workload.mjs', import.meta.url));

/** @param agent Merged over agent.yaml. */
export async function addCountedNode(
  fleet: FleetUnderTest,
  nodeId: string,
  agent: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const marks = path.join(fleet.directory, `${nodeId}.marks`);
  const starts = path.join(fleet.directory, `${nodeId}.starts`);
  await Promise.all([appendFile(marks, ''), appendFile(starts, '')]);
  await fleet.addNode(nodeId, {
    command: [process.execPath, workload],
    game: { STARTS_FILE: starts },
    agent: {
      commands: {
        mark: {
          description: 'Leaves a mark',
          // Long enough to be killed in the middle.
          exec: ['sh', '-c', 'echo "$SLUICE_PARAM_KEY" >> "$0"; exec sleep 0.3', marks],
          timeout: '5s',
          params: { key: { type: 'string' } },
        },
      },
      ...agent,
    },
  });
}

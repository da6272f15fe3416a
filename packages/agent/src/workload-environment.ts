/** The environment that the workload, hooks and commands get: the agent's own without anything of Sluice's in it, and what they are told. */

/** What is known of the node when something is started on it. */
export interface ToldToWorkload {
  readonly nodeId: string;
  /** What is wanted of the node: a workload that starts on a drained node should start with its door closed. */
  readonly availability: 'active' | 'drain';
  readonly metadataFile: string;
}

/** Everything named SLUICE_… is the agent's: its tokens must not reach what it runs. */
export function inheritedEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, value]) =>
      value === undefined || name.startsWith('SLUICE_') ? [] : [[name, value]],
    ),
  );
}

export function toldEnvironment({
  nodeId,
  availability,
  metadataFile,
}: ToldToWorkload): Readonly<Record<string, string>> {
  return { SLUICE_NODE_ID: nodeId, SLUICE_AVAILABILITY: availability, SLUICE_METADATA_FILE: metadataFile };
}

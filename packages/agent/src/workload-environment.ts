/** The environment that the workload, hooks and commands get: the agent's own without anything of Sluice's in it, and what they are told. */

/** What is known of the node when something is started on it. */
export interface ToldToWorkload {
  readonly nodeId: string;
  /** What is wanted of the node: a workload that starts on a drained node should start with its door closed. */
  readonly availability: 'active' | 'drain';
  readonly metadataFile: string;
  /** Where the workload can speak to its agent; `null`: nowhere. */
  readonly socketPath: string | null;
}

/**
 * Everything named SLUICE_… is the agent's, and so is whatever holds one of its secrets under another name: its tokens must
 * not reach what it runs.
 */
export function inheritedEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, value]) =>
      value === undefined || name.startsWith('SLUICE_') || secrets.includes(value) ? [] : [[name, value]],
    ),
  );
}

/** What of the agent's environment the workload gets. */
export function chosenEnvironment(
  inherited: Readonly<Record<string, string>>,
  names: 'all' | readonly string[],
): Readonly<Record<string, string>> {
  if (names === 'all') return inherited;
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => names.includes(name)));
}

export function toldEnvironment({
  nodeId,
  availability,
  metadataFile,
  socketPath,
}: ToldToWorkload): Readonly<Record<string, string>> {
  return {
    SLUICE_NODE_ID: nodeId,
    SLUICE_AVAILABILITY: availability,
    SLUICE_METADATA_FILE: metadataFile,
    ...(socketPath === null ? {} : { SLUICE_WORKLOAD_SOCKET: socketPath }),
  };
}

/** The keys of `workload` that belong to `driver: docker`, and what they mean. */
import path from 'node:path';
import Type from 'typebox';
import type { ConfigFaults } from '../../config-faults.ts';
import { Duration, Text } from '../../config-schemas.ts';
import { positiveDurationOf } from '../../config-values.ts';

export const DOCKER_KEYS = {
  /** Name or id; it exists already (`docker create`, compose). */
  container: Text,
  /** Default: /var/run/docker.sock. */
  socket: Type.Optional(Text),
  /** How long the engine may take for anything but a stop. Default: 30s. */
  timeout: Type.Optional(Duration),
  /** How often its state is asked. Default: 2s. */
  statusInterval: Type.Optional(Duration),
};
const DockerSetting = Type.Object(DOCKER_KEYS);

/** Bytes of a path of a Unix socket, by the kernel (`sun_path` without its end mark; macOS has 103). */
const SOCKET_PATH_BYTES_MAX = 107;

export interface DockerSettings {
  readonly kind: 'docker';
  readonly container: string;
  readonly socket: string;
  readonly timeoutMs: number;
  readonly statusIntervalMs: number;
}

/** @param directory What a relative socket is relative to: the working directory of the workload. */
export function dockerSettingsOf(
  setting: Type.Static<typeof DockerSetting>,
  directory: string,
  faults: ConfigFaults,
): DockerSettings {
  const { container, socket = '/var/run/docker.sock', timeout, statusInterval } = setting;
  if (!/^\/?[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/u.test(container))
    faults.add(['workload', 'container'], `'${container}' is no name or id of a container; see docker ps`);
  const socketPath = path.resolve(directory, socket.replace(/^unix:\/\//u, ''));
  if (/^(?:tcp|https?|ssh|npipe):\/\//u.test(socket))
    faults.add(['workload', 'socket'], `'${socket}' is no Unix socket; the agent asks the engine of its own machine`);
  else if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX)
    faults.add(
      ['workload', 'socket'],
      `is longer than the ${SOCKET_PATH_BYTES_MAX} bytes that a socket's path may have`,
    );
  return {
    kind: 'docker',
    container: container.replace(/^\//u, ''),
    socket: socketPath,
    timeoutMs: positiveDurationOf(timeout, 30_000, faults, ['workload', 'timeout']),
    statusIntervalMs: positiveDurationOf(statusInterval, 2000, faults, ['workload', 'statusInterval']),
  };
}

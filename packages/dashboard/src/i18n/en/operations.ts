/** Operations: running and ended. */

export const operations = {
  title: 'Operations',
  none: 'Nothing has been asked of any node yet. Drain, restart or run a command on a node, and it is listed here.',
  command: 'Command',
  node: 'Node',
  status: 'Status',
  by: 'By',
  created: 'Asked for',
  ended: 'Ended',
  reason: 'Reason',
  phase: 'Phase',
  output: 'Output',
  noOutput: 'It has written nothing.',
  error: 'Error',
  notFoundTitle: 'There is no such operation',
  operationOf: (command: string, node: string) => `${command} on ${node}`,
};

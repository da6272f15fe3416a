/** The fleet at a glance. */

export const fleet = {
  title: 'Fleet',
  byStatus: 'Nodes by status',
  total: (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'node' : 'nodes'}`,
  sessions: (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'session' : 'sessions'}`,
  attention: 'Needs attention',
  attentionNone: 'Nothing needs you now.',
  attentionMore: (count: number) => `and ${count} more`,
  attentionOf: {
    'drain-overdue': (ago: string) => `its drain is ${ago} past the deadline`,
    'drain-hindered': (why: string) => `its drain does not get on: ${why}`,
    'drain-near': (left: string, sessions: string) => `its deadline is ${left}, with ${sessions}`,
    offline: (since: string) => `nothing is heard of its agent, last ${since}`,
    'restart-failed': (why: string) => `its last restart failed: ${why}`,
    'confirmation-needed': (command: string) => `${command} waits for somebody to confirm it`,
    unhealthy: (why: string) => why,
    'sessions-uncounted': (why: string) => `its sessions cannot be counted: ${why}`,
  },
  unhealthyUnknown: 'its workload has not passed its health check',
  waiting: 'There is more: move the pointer away to see it.',
  map: 'Map of the fleet',
  mapOf: (count: number) =>
    `Map of the fleet: ${count} nodes, a cell each. Arrow keys move from cell to cell, Enter opens the node.`,
  groupBy: 'Grouped by',
  groupings: { type: 'type', region: 'region', zone: 'zone', none: 'nothing' },
  groupByLabel: (key: string) => `label ${key}`,
  ungrouped: 'without',
  changes: 'Changed in the last hour',
  changesNone: 'Nothing has changed in the last hour.',
  by: (actor: string) => `by ${actor}`,
  emptyTitle: 'No nodes yet',
  emptyText:
    'A node appears here as soon as its agent says hello. On the machine that is to be a node, write an agent.yaml and start the agent:',
  emptyJoin: 'It joins with a join token. Make one here under Access, or with:',
  emptyDemo: 'To look around first, sluice demo starts a whole fleet on your machine.',
  emptyScope: 'Your token is for certain nodes only; none of them is there now.',
};

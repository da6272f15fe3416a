/** One node. */

export const node = {
  notFoundTitle: (id: string) => `There is no node ${id}`,
  notFoundText:
    'It has left the fleet, or your token is for other nodes. If its agent connects, it appears here by itself.',
  why: 'Why is it as it is?',
  load: 'Load',
  sessions: 'Sessions',
  cpu: 'CPU',
  memory: 'Memory',
  about: 'About',
  type: 'Type',
  address: 'Address',
  place: 'Region and zone',
  version: 'Version',
  labels: 'Labels',
  workload: 'Workload',
  incarnation: (count: number) => `started ${count} times`,
  agent: 'Agent',
  connected: 'connected',
  lastSeen: 'last heard',
  created: 'In the fleet since',
  holds: 'Held out of rotation by',
};

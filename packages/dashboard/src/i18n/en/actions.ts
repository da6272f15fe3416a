/** Acting on nodes: what will be hit, what is asked, what came of it. */

const nodesInWords = (count: number): string => `${count} ${count === 1 ? 'node' : 'nodes'}`;
const sessionsInWords = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`;

export const actions = {
  drain: 'Drain',
  undrain: 'Undrain',
  restart: 'Restart',
  reboot: 'Reboot machine',
  nodes: nodesInWords,
  sessions: sessionsInWords,
  needsRole: (mine: string, needed: string) => `Your role is ${mine}; this needs the role ${needed}.`,
  needsFleet: (selector: string) =>
    `Your token is for nodes that match ${selector}; this needs one for the whole fleet.`,
  notConnected: 'The server cannot be reached now.',
  noHold: 'Nobody holds it out of rotation as “operator”.',
  nothingSelected: 'Select nodes first.',
  title: {
    drain: (count: number) => `Drain ${nodesInWords(count)}?`,
    undrain: (count: number) => `Undrain ${nodesInWords(count)}?`,
    restart: (count: number) => `Restart ${nodesInWords(count)}?`,
    reboot: (count: number) => `Reboot ${count === 1 ? 'the machine' : `${count} machines`}?`,
  },
  says: {
    drain: 'No new sessions come to them; those that are there may end by themselves.',
    undrain: 'They go back into rotation, unless somebody else holds them out as well.',
    restart:
      'The workload is stopped gracefully and started again. Sessions that are on it end, unless it is drained first.',
    reboot:
      'Everything on the machine ends, the agent too, and the node is offline until it is up again. It has succeeded when the machine is in another boot and the workload healthy.',
  },
  hit: (nodes: number, sessions: number) => `${nodesInWords(nodes)} with ${sessionsInWords(sessions)} now`,
  hitUncounted: (count: number) => `${nodesInWords(count)} of them cannot be counted`,
  production: 'production',
  deadline: 'Deadline',
  deadlineHint: 'Minutes until what remains is ended; empty: it waits as long as it takes',
  minutes: 'minutes',
  onDeadline: 'At the deadline',
  onDeadlines: { force: 'end what remains', cancel: 'give the drain up', hold: 'go on waiting' },
  drainFirst: 'Drain first, and put it back into rotation afterwards',
  drainBeforeReboot: 'Drain first: nobody who is on it is cut off',
  undrainAfter: 'Put it back into rotation afterwards',
  force: 'Although the workload is locked, and without waiting for a drain',
  heldBy: (holds: string) => `Held out of rotation by ${holds}.`,
  releases: (hold: string) => `The hold “${hold}” is released.`,
  staysHeldBy: (holds: string) => `It stays out of rotation: it is also held by ${holds}.`,
  hold: (name: string, owner: string, reason: string | null) =>
    `“${name}” (${owner}${reason === null ? '' : `: ${reason}`})`,
  reason: 'Reason',
  reasonHint: 'Why, for those who ask later',
  typeTo: 'To confirm, type',
  typeFirst: (phrase: string) => `First type “${phrase}” to confirm.`,
  typeBecause: {
    many: 'They are many.',
    production: 'Some of them are production.',
    machine: 'A machine that does not come up again needs somebody’s hands.',
  },
  cancel: 'Cancel',
  result: {
    begun: (count: number) => `Begun on ${nodesInWords(count)}`,
    refused: (count: number) => `Not begun on ${nodesInWords(count)}`,
  },
  insist: (count: number) => `Force on ${nodesInWords(count)} …`,
  insistTitle: 'A budget has no place left',
  insistSays: 'Forcing does it all the same, for these nodes only. The reason stays in the history.',
  insistRestarts: 'It also interrupts them while the workload is locked, and without waiting for a drain.',
  reasonFirst: 'First write the reason: it stays in the history.',
  seeOperation: 'Operation',
  done: 'Close',
};

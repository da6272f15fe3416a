/** One node. */

const sessionsInWords = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`;

/** What kind of cause a sentence of the server tells, for those who do not read its language. */
const causeNames: Readonly<Record<string, string>> = {};

export const node = {
  notFoundTitle: (id: string) => `There is no node ${id}`,
  notFoundText:
    'It has left the fleet, or your token is for other nodes. If its agent connects, it appears here by itself.',
  causeNames,
  why: 'Why is it as it is?',
  connected: 'connected',
  notConnected: 'not connected, last heard',
  locked: (reason: string) => `Its workload asks not to be interrupted: ${reason}`,
  lockExpires: 'the lock expires',
  restartAnyway: 'Restart anyway …',
  about: 'About',
  type: 'Type',
  address: 'Address',
  place: 'Region and zone',
  version: 'Version',
  labels: 'Labels',
  resources: 'Resources',
  holds: 'Held out of rotation by',
  holdExpires: 'releases itself',
  release: 'Release …',
  created: 'In the fleet since',
  workload: 'Workload',
  driver: 'Driver',
  phase: 'Phase',
  health: 'Health',
  healthOf: (healthy: boolean | null): string =>
    healthy === null ? 'not checked yet' : healthy ? 'healthy' : 'not healthy',
  started: 'Started',
  starts: 'Starts',
  startsOf: (count: number) => `${count} (its incarnation)`,
  problem: 'Problem',
  load: 'Load of the last hour',
  sessions: 'Sessions',
  cpu: 'CPU',
  memory: 'Memory',
  nowOf: (value: string) => `${value} now`,
  span: (least: string, most: string) => `in the last hour between ${least} and ${most}`,
  spanUnknown: 'Nothing is known of the last hour.',
  chartOf: (what: string, now: string, span: string) => `${what}: ${now} now, ${span}`,
  drain: 'Drain',
  drainOf: {
    left: 'Left',
    leftOf: (left: number | null, start: number | null) =>
      left === null
        ? 'nobody has counted yet'
        : start === null || start < left
          ? sessionsInWords(left)
          : `${left} of ${sessionsInWords(start)}`,
    deadline: 'Deadline',
    noDeadline: 'none: it waits as long as it takes',
    atDeadline: { force: 'then what remains is ended', cancel: 'then it is given up', hold: 'then it goes on waiting' },
    estimate: 'At this rate',
    ends: (duration: string) => `over in ${duration}`,
    endsTooLate: (duration: string, late: string) => `over in ${duration}, ${late} after the deadline`,
    noRate: 'not known: no session has left yet',
    phase: 'Phase',
    asked: 'Asked for',
    by: 'By',
    reason: 'Reason',
    forced: 'The deadline ended what remained.',
    curveOf: (left: string) => `Sessions of the drain over time, ${left} now`,
    curveNote: 'Dashed: where it ends at this rate.',
    curveEmpty: 'The curve begins when the first session is counted.',
    waitsFor: (count: number) => `It waits for ${sessionsInWords(count)}`,
    blockerAge: (age: string) => `for ${age}`,
    undrain: 'Cancel the drain (undrain) …',
  },
  operations: 'Under way, and just ended',
  byWhom: (who: string) => `by ${who}`,
  waitsUntil: 'is not begun after',
  mustEnd: 'must have ended',
  cancelOperation: 'Cancel it …',
  cancelTitle: (command: string) => `Cancel ${command}?`,
  cancelIt: (command: string) => `Cancel ${command}`,
  keepIt: 'Let it go on',
  cancelAsked: (who: string) => `${who} has asked to cancel it.`,
  confirmOperation: 'It is still wanted',
  exitCode: (code: number) => `exit code ${code}`,
  incarnations: (before: number, after: number) => `incarnation ${before} became ${after}`,
  unknownOutcome: 'Nobody knows whether it was done: look at the node before you try again.',
  commands: 'Commands',
  toCommands: 'Commands …',
  commandsNone: 'Its agent declares no commands. In agent.yaml, commands: says what may be run here.',
  disruptive: 'interrupts the workload',
  run: (command: string) => `Run ${command} …`,
  runTitle: (command: string, id: string) => `Run ${command} on ${id}?`,
  runOf: (command: string, id: string) => `${command} on ${id}`,
  runIt: (command: string) => `Run ${command}`,
  runDisruptive: 'It interrupts the workload: it waits for a drain that runs.',
  runForce: 'At once: without waiting for a drain, also while the workload is locked',
  runForceBudget: 'To run it all the same, choose “At once” above and write the reason: it stays in the history.',
  defaultIs: (value: string) => `empty: ${value}`,
  optional: 'may be left empty',
  chooseOne: 'choose',
  matches: (pattern: string) => `must match ${pattern}`,
  between: (least: number | null, most: number | null) =>
    least === null
      ? most === null
        ? ''
        : `at most ${most}`
      : most === null
        ? `at least ${least}`
        : `${least} to ${most}`,
  faults: {
    required: 'It is needed: it has no default.',
    'no-number': 'Write a number.',
    'not-whole': 'Write a whole number.',
    'too-small': (least: number) => `At least ${least}.`,
    'too-large': (most: number) => `At most ${most}.`,
  },
  history: 'History',
  historyNone: 'Nothing of it is kept.',
  historySteps: 'Every step of drains and operations too',
  historyNew: 'Something has happened since.',
  historyShowNew: 'Show it',
  when: 'When',
  what: 'What',
  who: 'By',
};

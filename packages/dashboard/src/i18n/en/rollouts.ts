/** Rollouts: the list, and one of them. */
import type { Rollout, RolloutNodeStatus, RolloutStatus } from '@sluice/contract';
import type { Steering } from '../../fleet-view/rollout-steering.ts';

const inDigits = (count: number): string => count.toLocaleString('en');
const nodes = (count: number): string => `${inDigits(count)} ${count === 1 ? 'node' : 'nodes'}`;

const status: Record<RolloutStatus, string> = {
  running: 'running',
  paused: 'paused',
  cancelling: 'being cancelled',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
};

const nodeStatus: Record<RolloutNodeStatus, string> = {
  pending: 'not begun',
  draining: 'draining',
  acting: 'at its command',
  undraining: 'going back',
  settling: 'settling',
  succeeded: 'done',
  failed: 'failed',
  skipped: 'skipped',
};

const pausedBecause: Record<NonNullable<Rollout['pause']>['because'], string> = {
  operator: 'Somebody paused it',
  canary: 'The first nodes are done: look at them, then approve',
  failures: 'As many nodes failed as may fail',
  'metric-gate': 'The metric gate is not good',
  'mass-silence': 'Many nodes fell silent together',
  stalled: 'Nothing could begin for too long',
  restored: 'The server may not know what became of it: look at its nodes first',
};

const steer: Record<Steering, string> = {
  pause: 'Pause',
  resume: 'Resume',
  approve: 'Approve',
  cancel: 'Cancel …',
  retry: 'Retry the failed …',
};

const command = {
  restart: 'restart',
  reboot: 'reboot the machine',
  drain: 'drain',
  undrain: 'undrain',
};

export const rollouts = {
  title: 'Rollouts',
  start: 'New rollout …',
  emptyTitle: 'No rollout yet',
  emptyText:
    'A rollout does one thing to many nodes, a few at a time: it drains each, restarts it, waits until it is healthy, puts it back, and goes on to the next. When a node fails it stops, so that the others stay as they are. Budgets hold beside it.',
  emptyCommand: 'The same from the command line, which shows the plan first:',
  underWay: 'Under way',
  underWayNone: 'None is under way.',
  history: 'Ended',
  historyNone: 'None has ended yet.',
  name: 'Rollout',
  command: 'What',
  nodes: 'Nodes',
  status: 'Status',
  progress: 'Progress',
  by: 'By',
  started: 'Started',
  ended: 'Ended',
  took: 'Took',
  outcome: 'Nodes',
  statuses: status,
  nodeStatuses: nodeStatus,
  commands: command,
  ofTarget: {
    all: 'all nodes',
    selector: (selector: string) => selector,
    nodes: (count: number) => nodes(count),
  },
  titleOf: (what: string, target: string) => `${what}: ${target}`,
  countNodes: nodes,
  countOf: {
    succeeded: (count: number) => `${inDigits(count)} done`,
    failed: (count: number) => `${inDigits(count)} failed`,
    skipped: (count: number) => `${inDigits(count)} skipped`,
    inProgress: (count: number) => `${inDigits(count)} in flight`,
    pending: (count: number) => `${inDigits(count)} not begun`,
  },
  barOf: (percent: number, counts: string) => `${percent}% done: ${counts}`,
  doneOf: (done: number, of: number) => `${inDigits(done)} of ${nodes(of)}`,
  batchOf: (batch: number, of: number) => `batch ${batch} of ${of}`,
  outOf: (now: number, allowed: number) => `${now} of at most ${allowed} out`,
  ends: 'ends',
  tookFor: (duration: string) => `took ${duration}`,
  notFoundTitle: 'There is no such rollout',
  waits: 'It waits',
  noneInFlight: 'Nothing is in flight now.',
  pausedBecause,
  pausedBy: (who: string) => `by ${who}`,
  cancellingText: 'Nothing new begins. What is in flight is given back, or finishes.',
  failedBecause: 'It failed',
  newNodes: (count: number) =>
    count === 1
      ? 'A node has joined since and is not part of it'
      : `${count} nodes have joined since and are not part of it`,
  steer,
  steering: {
    pause: {
      title: 'Pause the rollout?',
      says: 'Nothing new begins; what is in flight finishes.',
      button: 'Pause',
    },
    resume: {
      title: 'Resume the rollout?',
      says: 'It goes on with the next nodes.',
      button: 'Resume',
    },
    approve: {
      title: 'Approve the first nodes?',
      says: 'They went well: the others follow.',
      button: 'Approve',
    },
    cancel: {
      title: 'Cancel the rollout?',
      says: 'Nothing new begins. Nodes that still drain for it go back into rotation at once; what has begun to restart finishes. What is done stays done.',
      button: 'Cancel the rollout',
    },
    retry: {
      title: 'Retry the failed nodes?',
      says: 'They have their turn once more, as careful as before.',
      button: 'Retry them',
    },
  } satisfies Record<Steering, object>,
  resumeAfterFailures:
    'It goes on with the next nodes until as many more have failed. The failed ones stay as they are.',
  keep: 'Back',
  see: 'Rollout',
  byRollout: 'by a rollout',
  operationOf: (step: number, node: string) => `Operation ${step} of ${node}`,
  picture: 'Batches',
  pictureOf: (count: number, batches: number) =>
    `Picture of the rollout: ${nodes(count)} in ${batches} ${batches === 1 ? 'batch' : 'batches'}, a cell each. Arrow keys move from cell to cell, Enter opens the node.`,
  legend: 'What the cells mean',
  cell: (position: number, batch: number) => `no. ${position}, batch ${batch}`,
  attempt: (attempt: number) => `attempt ${attempt}`,
  loadingNodes: 'Reading its nodes …',
  inFlight: 'In flight',
  inFlightNone: 'No node is at it now.',
  node: 'Node',
  step: 'Step',
  sessions: 'Sessions',
  since: 'For',
  detail: 'What it waits for',
  failedNodes: 'Failed and skipped',
  failedNodesNone: 'No node has failed, and none was skipped.',
  failedHold: (hold: string) =>
    `A node that failed stays out of rotation, held as “${hold}”, until somebody has looked: retry it here, or undrain it.`,
  asked: 'What was asked for',
  id: 'Id',
  reason: 'Reason',
  events: 'History',
  eventsNone: 'Nothing of it is kept.',
  nodeEvents: 'Every step of every node too',
  spec: {
    nodes: 'Nodes',
    command: 'Command',
    hold: (hold: string) => `undrain, releasing “${hold}”`,
    grace: (seconds: number) => `restart, with ${seconds} s between SIGTERM and SIGKILL`,
    run: (name: string, params: string) => (params === '' ? name : `${name} (${params})`),
    order: 'Order',
    orders: {
      zone: 'zone by zone',
      id: 'by id',
      label: (label: string) => `by label ${label}`,
      'least-loaded': 'fewest sessions first',
      random: 'shuffled',
    },
    atOnce: 'At once',
    atMost: (amount: string) => `at most ${amount} out of rotation`,
    drain: 'Drain first',
    noDrain: 'no: sessions that are on a node end',
    drains: (timeout: string | null, then: string) => (timeout === null ? then : `for at most ${timeout}; ${then}`),
    onDeadline: {
      force: 'then what remains is ended',
      cancel: 'then the node is given up and has failed',
      hold: 'then it goes on waiting',
    },
    after: 'Afterwards',
    back: 'back into rotation',
    stays: 'stays out of rotation',
    health: 'Health',
    healthy: (seconds: string, within: string) => `healthy for ${seconds} without a break, within ${within}`,
    failures: 'Stops at',
    failuresThen: {
      pause: (amount: string) => `${amount} failed: it pauses`,
      abort: (amount: string) => `${amount} failed: it ends`,
    },
    amount: (amount: number | string) => (typeof amount === 'number' ? nodes(amount) : `${amount} of its nodes`),
    canary: 'Canary',
    canaryOf: (count: number) => `after ${nodes(count)} it waits for an approval`,
    window: 'Window',
    windowOf: (days: string, start: string, end: string, zone: string) => `${days} ${start}–${end}, ${zone}`,
    everyDay: 'every day',
    offline: 'Offline nodes',
    offlines: { skip: 'are skipped', wait: 'are waited for' },
    joining: 'Nodes that join',
    joinings: { taken: 'are taken too, if they match', reported: 'are only reported' },
    gate: 'Metric gate',
    gateOf: (url: string, every: string, failures: number) =>
      `${url}, asked every ${every}; ${failures} bad answers in a row pause it`,
    stall: 'Pauses when stuck',
    stallOf: (duration: string) => `after ${duration}`,
  },
};

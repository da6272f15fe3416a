/** Operations: running and ended. */
import type { Cancelling, NotCancellable } from '../../fleet-view/cancelling.ts';

const cancelling: Record<Cancelling, string> = {
  'gives-up': 'The drain is given up: its hold is released, and sessions that are still there stay.',
  'never-begins': 'It has not begun, and never will. If it drains the node first, that drain is given up too.',
  stops: 'It runs. Its agent stops it; what it has done by then stays done.',
};

const notCancellable: Record<NotCancellable, string> = {
  ended: 'It has ended.',
  'asked-already': 'Somebody has asked to cancel it already; its agent stops it.',
  'reboot-has-begun': 'The command to reboot was given: it cannot be taken back.',
  'restart-has-begun': 'A restart that has begun is finished, since half of one is worse.',
  undrain: 'An undrain has released its holds already. Drain the node again to take it out of rotation.',
};

const sessions = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`;

export const operations = {
  title: 'Operations',
  none: 'Nothing has been asked of any node yet. Drain, restart or run a command on a node, and it is listed here.',
  noneFiltered: 'No operation passes these filters.',
  narrow: 'There are older ones: narrow the list by a filter to see them.',
  filterNode: 'Node (its id)',
  filterBy: 'Person or program',
  command: 'Command',
  node: 'Node',
  status: 'Status',
  by: 'By',
  created: 'Asked for',
  from: 'From',
  ended: 'Ended',
  started: 'Begun',
  took: 'Time',
  deliverBy: 'Not begun after',
  deadline: 'Must have ended',
  cancelColumn: 'Cancel',
  cancelAsked: 'Cancelling',
  cancelAskedBy: (who: string, reason: string | null) => `asked for by ${who}${reason === null ? '' : `: ${reason}`}`,
  reason: 'Reason',
  parameters: 'Parameters',
  noParameters: 'none',
  output: 'Output',
  lastWords: 'The last words of the workload',
  noOutput: 'It has written nothing.',
  errorCode: 'Problem',
  notFoundTitle: 'There is no such operation',
  operationOf: (command: string, node: string) => `${command} on ${node}`,
  id: 'Id',
  result: 'Result',
  progress: 'Progress',
  evidence: 'Evidence',
  evidenceOf: {
    counted: 'The sessions were counted as none twice in a row:',
    'hook-returned': 'Its drain hook returned; nobody counted sessions:',
    settled: 'The settling time passed; nobody counted sessions:',
    forced: 'The deadline ended what remained:',
    'not-running': 'Its workload does not run, so it serves nobody; seen:',
  },
  confirmTitle: 'It waits for somebody to say that it is still wanted',
  waitsForAgent: 'waits for its agent',
  drainedCounted: 'drained; no session is left, and none was cut',
  drainedUncounted: 'drained; nobody counted sessions',
  drainedForced: (ended: number | null) =>
    ended === null
      ? 'drained; the deadline ended what was left, and nobody could count'
      : `drained; the deadline ended ${sessions(ended)}`,
  drainedStopped: 'drained; its workload is not running',
  backInRotation: 'back in rotation',
  nothingReleased: 'there was nothing to release',
  stillHeld: (holds: string) => `stays out of rotation, held by ${holds}`,
  restartedSince: 'somebody had restarted it since; not restarted again',
  restarted: 'restarted and healthy',
  rebootedSince: 'the machine had been booted since; not rebooted again',
  rebooted: (bootId: string) => `rebooted and healthy, boot ${bootId}`,
  done: 'done',
  cancelling,
  notCancellable,
};

/** What is true of nodes, operations, drains and workloads, in a word or two. */
import type { DrainPhase, NodeStatus, OperationStatus, WorkloadPhase } from '@sluice/contract';

const nodeStatus: Record<NodeStatus, string> = {
  active: 'active',
  draining: 'draining',
  drained: 'drained',
  restarting: 'restarting',
  unhealthy: 'unhealthy',
  offline: 'offline',
};

const operation: Record<OperationStatus, string> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  expired: 'expired',
};

const drainPhase: Record<DrainPhase, string> = {
  'waiting-for-agent': 'waits for its agent',
  'leaving-rotation': 'is leaving rotation',
  'asking-workload': 'asks the workload to drain',
  'waiting-for-sessions': 'waits for sessions to end',
  'ending-sessions': 'ends what remains',
  drained: 'drained',
};

const workload: Record<WorkloadPhase, string> = {
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  crashed: 'crashed',
  'cannot-start': 'cannot start',
};

export const status = { node: nodeStatus, operation, drainPhase, workload };

/** A status: a shape, a word and a colour, so that none of them is the only sign. */
import type { NodeStatus, OperationStatus, RolloutNodeStatus, RolloutStatus } from '@sluice/contract';
import { useWords } from '../i18n/words.tsx';
import styles from './status-mark.module.css';

/** The same shapes as in the terminal. */
const NODE_SHAPES: Readonly<Record<NodeStatus, string>> = {
  active: '●',
  draining: '◐',
  drained: '○',
  restarting: '↻',
  unhealthy: '▲',
  offline: '✕',
};

const OPERATION_SHAPES: Readonly<Record<OperationStatus, string>> = {
  queued: '◌',
  running: '◐',
  succeeded: '✓',
  failed: '✗',
  cancelled: '–',
  expired: '✗',
};

const ROLLOUT_SHAPES: Readonly<Record<RolloutStatus, string>> = {
  running: '◐',
  paused: '‖',
  cancelling: '◌',
  succeeded: '✓',
  failed: '✗',
  cancelled: '–',
};

const ROLLOUT_NODE_SHAPES: Readonly<Record<RolloutNodeStatus, string>> = {
  pending: '□',
  draining: '◐',
  acting: '↻',
  undraining: '↑',
  settling: '◌',
  succeeded: '✓',
  failed: '✗',
  skipped: '–',
};

/** A status of a newer server is shown as its word. */
export function NodeStatusMark({ status }: { readonly status: NodeStatus }) {
  const words = useWords();
  return <Mark kind={status} shape={NODE_SHAPES[status] ?? '?'} word={words.status.node[status] ?? status} />;
}

export function OperationStatusMark({ status }: { readonly status: OperationStatus }) {
  const words = useWords();
  return <Mark kind={status} shape={OPERATION_SHAPES[status] ?? '?'} word={words.status.operation[status] ?? status} />;
}

export function RolloutStatusMark({ status }: { readonly status: RolloutStatus }) {
  const { rollouts } = useWords();
  return <Mark kind={status} shape={ROLLOUT_SHAPES[status] ?? '?'} word={rollouts.statuses[status] ?? status} />;
}

export function RolloutNodeStatusMark({ status }: { readonly status: RolloutNodeStatus }) {
  const { rollouts } = useWords();
  return (
    <Mark kind={status} shape={ROLLOUT_NODE_SHAPES[status] ?? '?'} word={rollouts.nodeStatuses[status] ?? status} />
  );
}

function Mark({ kind, shape, word }: { readonly kind: string; readonly shape: string; readonly word: string }) {
  return (
    <span className={styles['mark']} data-status={kind}>
      <span aria-hidden="true" className={styles['shape']}>
        {shape}
      </span>
      {word}
    </span>
  );
}

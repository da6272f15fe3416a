/** How a rollout may be steered now, and why not otherwise: as its status says. The server has the last word. */
import type { Rollout, RolloutStatus } from '@sluice/contract';

export type Steering = 'pause' | 'resume' | 'approve' | 'cancel' | 'retry';

/** In its order of urgency. */
const STEERINGS: readonly Steering[] = ['pause', 'approve', 'resume', 'retry', 'cancel'];

/** Whether it goes on, or may go on. */
export function hasEnded(status: RolloutStatus): boolean {
  return status !== 'running' && status !== 'paused' && status !== 'cancelling';
}

/** What makes sense now, the most urgent first; what does not is not offered. */
export function steeringsOf(rollout: Pick<Rollout, 'status' | 'pause' | 'counts'>): readonly Steering[] {
  return STEERINGS.filter((steering) => isPossible(steering, rollout));
}

function isPossible(steering: Steering, { status, pause, counts }: Pick<Rollout, 'status' | 'pause' | 'counts'>) {
  const waitsForApproval = status === 'paused' && pause?.because === 'canary';
  switch (steering) {
    case 'pause':
      return status === 'running';
    case 'approve':
      return waitsForApproval;
    case 'resume':
      // Whoever has looked at the canary approves it: two buttons for the same would only make somebody think.
      return status === 'paused' && !waitsForApproval;
    case 'cancel':
      return status === 'running' || status === 'paused';
    case 'retry':
      return counts.failed > 0 && status !== 'cancelling';
  }
}

/** Which events tell the story of a rollout, and which only how a single node of it gets on. */

/** Of the rollout itself: few, however many nodes it has. */
export const ROLLOUT_STORY: readonly string[] = [
  'RolloutStarted',
  'RolloutPaused',
  'RolloutResumed',
  'RolloutApproved',
  'RolloutCancelled',
  'RolloutAborted',
  'RolloutRetried',
  'RolloutNodesJoined',
  'RolloutEnded',
];

/** Of one node of it. */
export const ROLLOUT_STEPS: readonly string[] = [
  'RolloutNodeBegun',
  'RolloutNodeOperationRequested',
  'RolloutNodeAdvanced',
  'RolloutNodeHealthChanged',
  'RolloutNodePutBack',
  'RolloutNodeEnded',
];

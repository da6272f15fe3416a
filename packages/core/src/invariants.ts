/**
 * What must be true of every state of a node, and of every step from one to the next.
 * Written apart from decide and evolve, so that a mistake there is not made here again.
 */
import type { NodeState } from './node/node.ts';
import { statusOf } from './node/status.ts';

/** @returns One sentence for each violation; none when all is well. */
export function violationsOf(node: NodeState): readonly string[] {
  const violations: string[] = [];
  const claim = (isTrue: boolean, sentence: string) => {
    if (!isTrue) violations.push(`${node.id}: ${sentence}`);
  };
  claim((node.drain === null) === (node.holds.length === 0), 'it drains if and only if there is a hold');
  claim((node.wished === 'active') === (node.holds.length === 0), 'the last wish follows from the holds');
  claim(new Set(node.holds.map(({ name }) => name)).size === node.holds.length, 'each hold has a name of its own');
  claim(node.turnedAtGeneration <= node.generation, 'availability turned at a generation that has been');
  if (node.drain?.drained != null) {
    claim(
      node.drain.sessionsRemaining === 0 || node.drain.drained.evidence.kind === 'forced',
      'drained only with nobody on it, or forced',
    );
    claim(
      !node.operations.some(({ task, status }) => task.kind === 'drain' && status === 'running'),
      'no drain runs on a drained node',
    );
  }
  claim(
    node.operations.filter(
      ({ task, status }) => status === 'running' && ['restart', 'reboot', 'declared'].includes(task.kind),
    ).length <= 1,
    'at most one act runs',
  );
  for (const operation of node.operations) {
    const hasEnded = ['succeeded', 'failed', 'cancelled', 'expired'].includes(operation.status);
    claim(hasEnded === (operation.endedAt !== null), `${operation.id} has an end if and only if it has ended`);
    claim(
      operation.status !== 'expired' || operation.startedAt === null,
      `${operation.id} expired, so it was never started`,
    );
    claim(
      operation.status === 'queued' ||
        operation.status === 'expired' ||
        operation.status === 'cancelled' ||
        operation.startedAt !== null,
      `${operation.id} was started before it ended`,
    );
    if (operation.task.kind === 'reboot' && operation.status === 'succeeded') {
      const { expectedBootId } = operation.task;
      claim(
        operation.result?.newBootId !== undefined && operation.result.newBootId !== expectedBootId,
        `${operation.id} succeeded, so it is another boot`,
      );
    }
    if (
      (operation.task.kind === 'restart' || operation.task.kind === 'reboot') &&
      operation.status === 'queued' &&
      operation.deliverBy === null
    ) {
      const { drainHold } = operation.task;
      claim(
        node.holds.some(({ name }) => name === drainHold),
        `${operation.id} waits for the drain of a hold that is there`,
      );
    }
    if (operation.task.kind === 'drain' && operation.status === 'running') {
      const { hold } = operation.task;
      claim(
        node.holds.some(({ name }) => name === hold),
        `${operation.id} drains under a hold that is there`,
      );
    }
  }
  if (statusOf(node) === 'drained') claim(node.drain?.drained != null, 'drained has its evidence');
  return violations;
}

/** @returns One sentence for each thing that a step did and no step may do. */
export function violationsOfStep(before: NodeState, after: NodeState): readonly string[] {
  const violations: string[] = [];
  const claim = (isTrue: boolean, sentence: string) => {
    if (!isTrue) violations.push(`${after.id}: ${sentence}`);
  };
  claim(after.revision > before.revision, 'the revision grows');
  claim(after.generation >= before.generation, 'the generation never goes back');
  claim(after.metadata.revision >= before.metadata.revision, 'the metadata revision never goes back');
  for (const old of before.operations) {
    const now = after.operations.find(({ id }) => id === old.id);
    if (now === undefined) claim(old.endedAt !== null, `${old.id} is not forgotten before it ended`);
    else if (old.endedAt !== null)
      claim(now.status === old.status && now.endedAt === old.endedAt, `${old.id} ended and does not change`);
  }
  return violations;
}

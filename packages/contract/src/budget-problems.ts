/** The rows of the table of problems that are about budgets, slots and rollouts. */
import type { ProblemKind } from './problem-kind.ts';

export const budgetProblems = {
  'budget-exceeded': {
    status: 409,
    exitCode: 5,
    title: 'A budget does not allow it now',
    whatToDo:
      'Wait until a node that the detail names is back, or say that it must be: `force` with a reason. `sluice budgets list` shows the places that are left.',
  },
  'budget-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such budget',
    whatToDo: 'List the budgets with `sluice budgets list`.',
  },
  'too-many-budgets': {
    status: 409,
    exitCode: 5,
    title: 'There are as many budgets as this server keeps',
    whatToDo: 'Remove one that is not needed (`sluice budgets remove NAME`): each is asked of every change of a node.',
  },
  'slot-not-found': {
    status: 404,
    exitCode: 4,
    title: 'Nobody holds such a slot',
    whatToDo: 'List the slots with `sluice slots list`.',
  },
  'slot-draining': {
    status: 409,
    exitCode: 5,
    title: 'The place is taken, but the node still drains',
    whatToDo: 'Ask again in a while: the answer is 200 once nobody is left on the node.',
  },
  'too-many-slots': {
    status: 409,
    exitCode: 5,
    title: 'There are as many slots as this server keeps',
    whatToDo: 'Free those that nobody needs any more (`sluice slots list`, `sluice slots release GROUP ID`).',
  },
  'fleet-lock-header-missing': {
    status: 400,
    exitCode: 2,
    title: 'This is no request of a FleetLock client',
    whatToDo: 'Send the header `fleet-lock-protocol: true`; what stands before the server must pass it on.',
  },
  'rollout-not-found': {
    status: 404,
    exitCode: 4,
    title: 'There is no such rollout',
    whatToDo: 'List the rollouts with `sluice rollouts list`; those that ended long ago are kept no more.',
  },
  'rollout-selects-nothing': {
    status: 409,
    exitCode: 5,
    title: 'The rollout has no node to do anything to',
    whatToDo:
      'Correct the selector or the ids that the detail names; `sluice nodes list --selector S` shows what a selector matches.',
  },
  'rollout-plan-changed': {
    status: 409,
    exitCode: 5,
    title: 'The plan is not the one that was shown',
    whatToDo:
      'Look at the plan once more (`sluice rollouts plan`) and start with its new `planHash`. Nothing was begun.',
  },
  'rollout-not-possible': {
    status: 409,
    exitCode: 5,
    title: 'The rollout is not in a state for that',
    whatToDo: 'Look at its status with `sluice rollouts get ID`; the detail says what it would need.',
  },
  'command-withdrawn': {
    status: 409,
    exitCode: 5,
    title: 'The command is not wanted any more',
    whatToDo: 'Nothing: nothing was done. Ask for it anew if it is wanted after all.',
  },
  'too-many-rollouts': {
    status: 409,
    exitCode: 5,
    title: 'There are as many rollouts under way as this server looks after',
    whatToDo: 'Wait for one to end, or cancel one (`sluice rollouts cancel ID`).',
  },
} as const satisfies Record<string, ProblemKind>;

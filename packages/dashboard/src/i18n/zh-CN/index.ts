/** Every word that a person reads, in simplified Chinese. */
import type { en } from '../en/index.ts';
import { access } from './access.ts';
import { actions } from './actions.ts';
import { audit } from './audit.ts';
import { budgets } from './budgets.ts';
import { durations } from './durations.ts';
import { events } from './events.ts';
import { fleet } from './fleet.ts';
import { login } from './login.ts';
import { metadata } from './metadata.ts';
import { newRollout } from './new-rollout.ts';
import { node } from './node.ts';
import { nodes } from './nodes.ts';
import { operations } from './operations.ts';
import { problems } from './problems.ts';
import { rollouts } from './rollouts.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';

export const zhCN: typeof en = {
  access,
  actions,
  audit,
  budgets,
  durations,
  events,
  fleet,
  login,
  metadata,
  newRollout,
  node,
  nodes,
  operations,
  problems,
  rollouts,
  shell,
  status,
};

/** Which handler serves which route. A route of the contract without one does not typecheck. */
import type { RouteName, routes } from '@sluice/contract';
import { drainNode, restartNode, runCommand, undrainNode } from './act.ts';
import { runOnNodes } from './act-on-many.ts';
import { getBudget, listBudgets, removeBudget, setBudget } from './budgets.ts';
import { listCommands } from './commands.ts';
import { listAudit, readChain } from './audit.ts';
import { getCredentials, revokeCredentials, rotateCredentials } from './credentials.ts';
import { events } from './events.ts';
import { fleetLockPreReboot, fleetLockSteadyState } from './fleetlock.ts';
import { livenessCheck, readinessCheck } from './health.ts';
import { listHistory, loadHistory } from './history.ts';
import { createLoginLink } from './login/token-login.ts';
import { getMetadata, mergeMetadata, replaceMetadata } from './metadata.ts';
import { metrics, prometheusTargets } from './monitoring.ts';
import { forgetNode, getNode, listNodes, whyNode } from './nodes.ts';
import { cancelOperation, confirmOperation, getOperation, listOperations, operationOutput } from './operations.ts';
import {
  approveRollout,
  cancelRollout,
  getRollout,
  listRolloutNodes,
  listRollouts,
  pauseRollout,
  planRollout,
  resumeRollout,
  retryRollout,
  startRollout,
} from './rollouts.ts';
import type { Handler } from './route-context.ts';
import { serverStatus } from './server-status.ts';
import { listSlots, releaseSlot } from './slots.ts';
import {
  createJoinToken,
  createToken,
  listJoinTokens,
  listTokens,
  revokeJoinToken,
  revokeToken,
  whoAmI,
} from './tokens.ts';
import { listDeadLetters, resendDeadLetter, testWebhook } from './webhook-deliveries.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
} from './webhooks.ts';

export const handlers: { readonly [Name in RouteName]: Handler<(typeof routes)[Name]> } = {
  listNodes,
  drainNode,
  getMetadata,
  replaceMetadata,
  restartNode,
  undrainNode,
  listCommands,
  getNode,
  forgetNode,
  whyNode,
  mergeMetadata,
  runCommand,
  runOnNodes,
  listOperations,
  getOperation,
  operationOutput,
  cancelOperation,
  confirmOperation,
  events,
  listHistory,
  loadHistory,
  getCredentials,
  rotateCredentials,
  revokeCredentials,
  whoAmI,
  createLoginLink,
  listTokens,
  createToken,
  revokeToken,
  listJoinTokens,
  createJoinToken,
  revokeJoinToken,
  listBudgets,
  getBudget,
  setBudget,
  removeBudget,
  planRollout,
  startRollout,
  listRollouts,
  getRollout,
  listRolloutNodes,
  pauseRollout,
  resumeRollout,
  approveRollout,
  cancelRollout,
  retryRollout,
  listWebhooks,
  createWebhook,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listDeadLetters,
  resendDeadLetter,
  listSlots,
  releaseSlot,
  fleetLockPreReboot,
  fleetLockSteadyState,
  listAudit,
  readChain,
  serverStatus,
  metrics,
  prometheusTargets,
  livenessCheck,
  readinessCheck,
};

/** Every route of the HTTP API. What is not here does not exist: server, OpenAPI and authorisation are made from this list. */
import { listAudit, readChain } from './audit.ts';
import { getBudget, listBudgets, removeBudget, setBudget } from './budgets.ts';
import { getCredentials, revokeCredentials, rotateCredentials } from './credentials.ts';
import { listCommands, runCommand, runOnNodes } from './commands.ts';
import { drainNode, undrainNode } from './drain.ts';
import { events } from './events.ts';
import { livenessCheck, readinessCheck } from './health.ts';
import { listHistory, loadHistory } from './history.ts';
import { fleetLockPreReboot, fleetLockSteadyState } from './fleetlock.ts';
import { getMetadata, mergeMetadata, replaceMetadata } from './metadata.ts';
import { metrics, prometheusTargets } from './monitoring.ts';
import { forgetNode, getNode, listNodes, whyNode } from './nodes.ts';
import { cancelOperation, confirmOperation, getOperation, listOperations, operationOutput } from './operation.ts';
import { restartNode } from './restart.ts';
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
import { serverStatus } from './server.ts';
import { listSlots, releaseSlot } from './slots.ts';
import {
  createJoinToken,
  createLoginLink,
  createToken,
  listJoinTokens,
  listTokens,
  revokeJoinToken,
  revokeToken,
  whoAmI,
} from './tokens.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listDeadLetters,
  listWebhooks,
  resendDeadLetter,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhooks.ts';

export const routes = {
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
  listBudgets,
  getBudget,
  setBudget,
  removeBudget,
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
} as const;
export type RouteName = keyof typeof routes;

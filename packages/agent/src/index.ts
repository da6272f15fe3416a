/** The public door of the agent: start it. */
export { type RunningAgent, startAgent } from './main.ts';
export { type ExaminedNode, examineNode } from './examine/examine-node.ts';
export { readServerUrls, type ServerUrls, splitServerUrls } from './server-urls.ts';
export { newAgentKey, proveKey } from './credential/agent-key.ts';
export {
  type RunningSimulation,
  type SimulationCounts,
  type SimulationOptions,
  startSimulation,
} from './simulation/simulated-fleet.ts';
